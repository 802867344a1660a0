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

/** What N and D are divided by. */
export interface FitUnits {
  readonly nonzeroParams: number;
  readonly data: number;
}

export type Params = Readonly<Record<string, number>>;

/** One number that the optimiser moves. */
export interface Coordinate {
  readonly name: string;
  /** Positive coordinates are moved as their logarithms. */
  readonly positive: boolean;
  /** A coefficient is about as large as a loss and enters the law linearly; an exponent is about 1. */
  readonly kind: "coefficient" | "exponent";
}

/**
 * A law L(S, N, D), in two forms of the same function.
 *
 * `predict` is the formula as published, in raw units. `evaluate` is the optimiser's: N and D in units of their
 * geometric means, and no coefficient whose size hangs on an exponent (e = (aD/unit)^bD instead of aD).
 */
export interface Law<P extends object = Params> {
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

/** Units that make N and D of a table about 1: their geometric means. */
export function naturalUnits(rows: readonly LawInputs[]): FitUnits {
  const geometricMean = (values: number[]) => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
  return {
    nonzeroParams: geometricMean(rows.map((row) => row.nonzeroParams)),
    data: geometricMean(rows.map((row) => row.data)),
  };
}

export function toLogInputs(inputs: LawInputs, units: FitUnits): LogInputs {
  return {
    logDensity: Math.log1p(-inputs.sparsity),
    logParams: Math.log(inputs.nonzeroParams / units.nonzeroParams),
    logData: Math.log(inputs.data / units.data),
  };
}
