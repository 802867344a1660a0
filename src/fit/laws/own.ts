/** Laws of one's own: an expression, whose gradient is exact, or a function, whose gradient is taken by differences. */
import { ConfigError } from "../../core/errors.ts";
import { exp, log } from "../../core/math.ts";
import { parseExpression } from "./expression.ts";
import {
  type Coordinate,
  type FitRow,
  type Law,
  type LawInputs,
  meanParamsOf,
  type Params,
  withSource,
} from "./law.ts";

/** How a formula writes the inputs. */
const INPUTS = { S: "sparsity", N: "nonzeroParams", D: "data", M: "meanParams" } as const;
type InputName = keyof typeof INPUTS;

/**
 * A law written as an expression over S, N, D and M (N averaged over training); every other name is a positive parameter.
 *
 *     formulaLaw("L = E + A/N^alpha + B/D^beta")
 *
 * @throws {ConfigError} with the character that is to blame, or where there is no parameter or no input
 */
export function formulaLaw(formula: string): Law {
  const body = formula.replace(/^\s*L\s*=/, "");
  const expression = parseExpression(body);
  const read = Object.keys(INPUTS).filter((name) => expression.names.includes(name)) as InputName[];
  const parameters = expression.names.filter((name) => !Object.hasOwn(INPUTS, name));
  if (parameters.length === 0 || read.length === 0)
    throw new ConfigError(
      `fit: law must be a built-in name or a formula of S, N, D, M and parameters; got ${JSON.stringify(formula)}.`,
    );
  const coordinates = parameters.map((name) => coordinate(name, expression.exponents.includes(name)));
  const namesIn = (values: (name: string) => number, inputs: LawInputs) => (name: string) =>
    Object.hasOwn(INPUTS, name) ? inputOf(name as InputName, inputs) : values(name);
  const indexOf = new Map(parameters.map((name, i) => [name, i]));
  const law = rawLaw<Params>({
    name: "own",
    formula: `L = ${body.trim()}`,
    coordinates,
    // M changes with N and with S.
    inputs: [...new Set(read.map((name) => (name === "M" ? "nonzeroParams" : INPUTS[name])))],
    predict: (params, inputs) => expression.evaluate(namesIn((name) => params[name]!, inputs)),
    evaluate(point, inputs, gradient) {
      gradient.fill(0);
      const values = namesIn((name) => point[indexOf.get(name)!]!, inputs);
      return expression.differentiate(values, (name, derivative) => {
        const index = indexOf.get(name);
        if (index !== undefined) gradient[index]! += derivative;
      });
    },
  });
  return withSource(law, { kind: "expression", formula: body.trim() });
}

/** A law as a function; `parameters` are all positive. */
export interface FunctionLaw<P extends Params> {
  readonly name: string;
  readonly formula: string;
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
  const coordinates = Object.entries(parameters).map(([key, kind]) => coordinate(key, kind === "exponent"));
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

function coordinate(name: string, isExponent: boolean): Coordinate {
  return { name, positive: true, kind: isExponent ? "exponent" : "coefficient" };
}

/** A law whose coordinates are its parameters, in raw units. */
function rawLaw<P extends Params>(law: Omit<Law<P>, "parameters" | "publish" | "unpublish" | "start">): Law<P> {
  const parameters = law.coordinates.map(({ name }) => name);
  return {
    ...law,
    parameters,
    publish: (point) => Object.fromEntries(parameters.map((name, i) => [name, point[i]!])) as unknown as P,
    unpublish: (params) => parameters.map((name) => params[name]!),
    start: (drawn, typical) => startInRawUnits(law, drawn, typical),
  };
}

const LOG_LOW = -60;
const LOG_HIGH = 90;
const LOG_STEP = 0.25;

/**
 * A coefficient in raw units may be of any size: it starts where, at the exponents drawn, it moves the loss of a typical run by
 * as much as was drawn for it.
 */
function startInRawUnits(
  { coordinates, predict }: Pick<Law, "coordinates" | "predict">,
  drawn: readonly number[],
  typical: FitRow,
): number[] {
  const isCoefficient = (i: number) => coordinates[i]!.kind === "coefficient";
  const point = drawn.map((value, i) => (isCoefficient(i) ? 1 : value));
  const lossAt = (i: number, logValue: number) =>
    predict(Object.fromEntries(coordinates.map(({ name }, j) => [name, i === j ? exp(logValue) : point[j]!])), typical);
  for (const i of coordinates.keys()) {
    if (!isCoefficient(i)) continue;
    const base = [lossAt(i, LOG_LOW), lossAt(i, LOG_HIGH)].find((loss) => Math.abs(loss) < 1e6) ?? 0;
    const miss = (logValue: number) => Math.abs(log(Math.abs(lossAt(i, logValue) - base) / drawn[i]!));
    let best = 0;
    for (let logValue = LOG_LOW; logValue <= LOG_HIGH; logValue += LOG_STEP)
      if (miss(logValue) < miss(best)) best = logValue;
    point[i] = exp(best);
  }
  return point;
}

function inputOf(name: InputName, inputs: LawInputs): number {
  return name === "M"
    ? meanParamsOf(inputs)
    : inputs[INPUTS[name] as Exclude<(typeof INPUTS)[InputName], "meanParams">];
}
