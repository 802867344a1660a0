/** What the fitter knows of a law: its published formula, and an equivalent form that suits an optimiser. */

/** What a law predicts the loss from. */
export interface LawInputs {
  /** S, fraction of zero weights in [0, 1). */
  readonly sparsity: number;
  /** N, non-zero parameters. */
  readonly nonzeroParams: number;
  /** D, tokens or images seen. */
  readonly data: number;
}

/** One run of a table. */
export interface FitRow extends LawInputs {
  /** L, nats. */
  readonly loss: number;
}

/** The same inputs as an optimiser wants them: logarithms, N and D in units that make them about 1. */
export interface LogInputs {
  readonly logDensity: number;
  readonly logParams: number;
  readonly logData: number;
}

/** What N and D are divided by before a fit. */
export interface FitUnits {
  readonly nonzeroParams: number;
  readonly data: number;
}

export type Params = Readonly<Record<string, number>>;

/** One number of the optimiser's form. */
export interface Coordinate {
  readonly name: string;
  /** Positive coordinates are moved as their logarithms. */
  readonly positive: boolean;
  /** A coefficient is at most about as large as the losses, an exponent about 1: where the starts are drawn. */
  readonly kind: "coefficient" | "exponent";
}

/**
 * A law L(S, N, D), in two forms of the same function.
 *
 * `predict` is the formula as published, in raw units. `evaluate` is the optimiser's: N and D in units of their
 * geometric means, and no coefficient whose size hangs on an exponent (e = (aD/unit)^bD instead of aD).
 */
export interface Law<P extends Params = Params> {
  readonly name: string;
  readonly formula: string;
  /** Names of the published parameters, in the order of tables. */
  readonly parameters: readonly (keyof P & string)[];
  readonly coordinates: readonly Coordinate[];
  /** The inputs that the formula reads: a table identifies the law only where each of them differs between rows. */
  readonly inputs: readonly (keyof LawInputs)[];
  /** L in nats, for N in parameters and D in tokens or images. */
  predict(params: P, inputs: LawInputs): number;
  /** L; overwrites `gradient` with ∂L/∂coordinate. */
  evaluate(coordinates: ArrayLike<number>, inputs: LogInputs, gradient: Float64Array): number;
  /** Published parameters of a point of the optimiser's form. */
  publish(coordinates: ArrayLike<number>, units: FitUnits): P;
  /** The inverse of `publish`. */
  unpublish(params: P, units: FitUnits): number[];
}

/** A positive coefficient of a law's optimiser form. */
export const coefficient = (name: string): Coordinate => ({ name, positive: true, kind: "coefficient" });

/** A positive exponent of a law's optimiser form. */
export const exponent = (name: string): Coordinate => ({ name, positive: true, kind: "exponent" });

/** Units that make N and D of a table about 1: their geometric means. */
export function naturalUnits(rows: readonly LawInputs[]): FitUnits {
  return {
    nonzeroParams: geometricMean(rows.map((row) => row.nonzeroParams)),
    data: geometricMean(rows.map((row) => row.data)),
  };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function toLogInputs(inputs: LawInputs, units: FitUnits): LogInputs {
  return {
    logDensity: Math.log1p(-inputs.sparsity),
    logParams: Math.log(inputs.nonzeroParams / units.nonzeroParams),
    logData: Math.log(inputs.data / units.data),
  };
}

/** A point θ as the optimiser moves it → coordinates of the law. */
export function fromTheta(law: Law, theta: ArrayLike<number>): Float64Array {
  return Float64Array.from(theta, (t, i) => (law.coordinates[i]!.positive ? Math.exp(t) : t));
}

/** Coordinates of the law → a point θ as the optimiser moves it: logarithms of the positive ones. */
export function toTheta(law: Law, coordinates: ArrayLike<number>): Float64Array {
  return Float64Array.from(coordinates, (p, i) => (law.coordinates[i]!.positive ? Math.log(p) : p));
}
