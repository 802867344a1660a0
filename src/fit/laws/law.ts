/** What the fitter knows of a law: its published formula, and an equivalent form that suits an optimiser. */
import { exp, geometricMean, log } from "../../core/math.ts";
import { rampMultiplier } from "../../core/ramp.ts";

/** What a law predicts the loss from. */
export interface LawInputs {
  /** S, fraction of zero weights in [0, 1). */
  readonly sparsity: number;
  /** N, non-zero parameters at the end of training. */
  readonly nonzeroParams: number;
  /** D, tokens or images seen. */
  readonly data: number;
  /** N̄, non-zero parameters averaged over training; those of the paper's pruning schedule unless said. */
  readonly meanParams?: number;
}

/** One run of a table. */
export interface FitRow extends LawInputs {
  /** L, nats. */
  readonly loss: number;
}

/** The same inputs as an optimiser wants them: logarithms, N, N̄ and D in units that make them about 1. */
export interface LogInputs {
  readonly logDensity: number;
  readonly logParams: number;
  readonly logMeanParams: number;
  readonly logData: number;
}

/** What N (and N̄) and D are divided by before a fit. */
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

/** What a law is made of where it must travel to another thread or be read back from a file: plain data. */
export type LawSource =
  | { readonly kind: "built-in"; readonly name: string; readonly levels?: number[] | undefined }
  | { readonly kind: "expression"; readonly formula: string };

/** Of the laws themselves, not of copies, which may have got another `evaluate`. */
const sources = new WeakMap<object, LawSource>();

/** Notes what a law can be made of again. */
export function withSource<L extends object>(law: L, source: LawSource): L {
  sources.set(law, source);
  return law;
}

/** What a law can be made of again; undefined for functions of one's own, which stay on this thread. */
export function sourceOf(law: object): LawSource | undefined {
  return sources.get(law);
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
  /** One for each parameter: the one that alone moves it, the others being as they are. */
  readonly coordinates: readonly Coordinate[];
  /** Of each published parameter, in terms of nats, N and D; an exponent has none. */
  readonly units?: Readonly<Record<string, string>>;
  /** The inputs that the formula reads: a table identifies the law only where each of them differs between rows. */
  readonly inputs: readonly (keyof LawInputs)[];
  /** L in nats, for N in parameters and D in tokens or images. */
  predict(params: P, inputs: LawInputs): number;
  /** L; overwrites `gradient` with ∂L/∂coordinate. */
  evaluate(coordinates: ArrayLike<number>, inputs: LawInputs & LogInputs, gradient: Float64Array): number;
  /** Published parameters of a point of the optimiser's form. */
  publish(coordinates: ArrayLike<number>, units: FitUnits): P;
  /** The inverse of `publish`. */
  unpublish(params: P, units: FitUnits): number[];
  /** From coordinates drawn as `Coordinate.kind` says to those that a search begins with; as drawn unless said. */
  start?(drawn: readonly number[], typical: FitRow, units: FitUnits): number[];
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

/**
 * N̄, the non-zero parameters averaged over training.
 *
 * Source   Jin et al. 2025, arXiv 2501.12486; by the paper's cubic ramp where a run does not tell
 */
export function meanParamsOf({ meanParams, nonzeroParams, sparsity }: LawInputs): number {
  return meanParams ?? nonzeroParams * rampMultiplier(sparsity);
}

export function toLogInputs<I extends LawInputs>(inputs: I, units: FitUnits): I & LogInputs {
  return {
    ...inputs,
    logDensity: log(1 - inputs.sparsity),
    logParams: log(inputs.nonzeroParams / units.nonzeroParams),
    logMeanParams: log(meanParamsOf(inputs) / units.nonzeroParams),
    logData: log(inputs.data / units.data),
  };
}

/** A point θ as the optimiser moves it → coordinates of the law. */
export function fromTheta(law: Law, theta: ArrayLike<number>): Float64Array {
  return Float64Array.from(theta, (t, i) => (law.coordinates[i]!.positive ? exp(t) : t));
}

/** Coordinates of the law → a point θ as the optimiser moves it: logarithms of the positive ones. */
export function toTheta(law: Law, coordinates: ArrayLike<number>): Float64Array {
  return Float64Array.from(coordinates, (p, i) => (law.coordinates[i]!.positive ? log(p) : p));
}
