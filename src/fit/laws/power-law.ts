/** Makes a law of a sum of powers. */
import type { Coordinate, Entry, FitUnits, Law, LawInputs, Params } from "./law.ts";
import { type Column, evaluatePowerForm, type PowerForm } from "./power-form.ts";

/** `a`: a coefficient; `["logParams", "bN"]`: the input to the power of bN; `["logParams", "-bN"]`: to that of −bN. */
export type Part = string | readonly [column: Column, exponent: string];

/** A law as the terms of its sum alone: plain data, that any thread can read; `parameters` are all positive. */
export interface SumOfPowers extends Entry {
  readonly parameters: Readonly<Record<string, Coordinate["kind"]>>;
  /** The inputs that the terms read. */
  readonly inputs: readonly (keyof LawInputs)[];
  readonly terms: readonly (readonly Part[])[];
  /** Exponent of the whole sum. */
  readonly outer?: string | undefined;
}

/** A law as the terms of its sum, with published forms of its own. */
export interface PowerLaw<P extends Params = Params> extends Entry {
  readonly parameters: readonly (keyof P & string)[];
  readonly coordinates: readonly Coordinate[];
  readonly units?: Readonly<Record<string, string>>;
  readonly inputs: readonly (keyof LawInputs)[];
  /** The terms of the sum; the optimiser's form is read off them. */
  readonly terms: readonly (readonly Part[])[];
  /** Exponent of the whole sum. */
  readonly outer?: string;
  predict(params: P, inputs: LawInputs): number;
  publish(coordinates: ArrayLike<number>, units: FitUnits): P;
  unpublish(params: P, units: FitUnits): number[];
  start?(drawn: readonly number[]): number[];
}

export function powerLaw<P extends Params>({ terms, outer, ...law }: PowerLaw<P>): Law<P> {
  const indexOf = (name: string) => law.coordinates.findIndex((coordinate) => coordinate.name === name);
  const form: PowerForm = {
    terms: terms.map((parts) =>
      parts.map((part) => {
        if (typeof part === "string") return { coordinate: indexOf(part), column: "one", sign: 1 };
        const [column, exponent] = part;
        const isNegative = exponent.startsWith("-");
        return { coordinate: indexOf(isNegative ? exponent.slice(1) : exponent), column, sign: isNegative ? -1 : 1 };
      }),
    ),
    ...(outer === undefined ? {} : { outer: indexOf(outer) }),
  };
  const made: Law<P> = {
    ...law,
    evaluate: (point, inputs, gradient) => evaluatePowerForm(form, law.coordinates, point, inputs, gradient),
  };
  forms.set(made, form);
  return made;
}

const forms = new WeakMap<object, PowerForm>();

/** The terms of a law that is a sum of powers; undefined for other laws, and for copies with an `evaluate` of their own. */
export function powerFormOf(law: object): PowerForm | undefined {
  return forms.get(law);
}
