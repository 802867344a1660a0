/** A law of one's own as a function, whose gradient is taken by differences. */
import { type Coordinate, coefficient, type Entry, exponent, type Law, type LawInputs, type Params } from "./law.ts";
import { rawLaw } from "./raw-law.ts";

/** A law as a function; `parameters` are all positive. */
export interface FunctionLaw<P extends Params = Params> extends Entry {
  readonly parameters: Readonly<Record<keyof P & string, Coordinate["kind"]>>;
  /** The inputs that `predict` reads. */
  readonly inputs: readonly (keyof LawInputs)[];
  /** L in nats, in raw units. */
  predict(params: P, inputs: LawInputs): number;
}

/** Relative step of the differences: their error is about 10⁻¹¹, of fourth order. */
const STEP = 2e-4;

/**
 * A law from a function, with a gradient by central differences of fourth order.
 *
 *     functionLaw({
 *       name: "floor", formula: "L = max(E, A·N^−α)", inputs: ["nonzeroParams"],
 *       parameters: { E: "coefficient", A: "coefficient", alpha: "exponent" },
 *       predict: ({ E, A, alpha }, { nonzeroParams }) => Math.max(E, A * nonzeroParams ** -alpha),
 *     })
 */
export function functionLaw<P extends Params>({ name, formula, parameters, inputs, predict }: FunctionLaw<P>): Law {
  const coordinates = Object.entries(parameters).map(([key, kind]) =>
    kind === "exponent" ? exponent(key) : coefficient(key),
  );
  const toParams = (point: ArrayLike<number>) =>
    Object.fromEntries(coordinates.map((c, i) => [c.name, point[i]!])) as unknown as P;
  const law = rawLaw<P>({
    name,
    formula,
    coordinates,
    inputs,
    predict,
    evaluate(point, row, gradient) {
      const moved = Array.from(point);
      const at = (i: number, share: number) => {
        moved[i] = point[i]! * (1 + share);
        const loss = predict(toParams(moved), row);
        moved[i] = point[i]!;
        return loss;
      };
      for (let i = 0; i < moved.length; i++) {
        const near = at(i, STEP) - at(i, -STEP);
        const far = at(i, 2 * STEP) - at(i, -2 * STEP);
        gradient[i] = (8 * near - far) / (12 * STEP * point[i]!);
      }
      return predict(toParams(point), row);
    },
  });
  return law as unknown as Law;
}
