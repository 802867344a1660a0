/** What a machine's kernels cost, measured once: the basis of the switch to CSR and of every "measured cost". */
import { z } from "zod";
import { log, pow } from "../core/math.ts";
import { parseWith } from "../core/schema.ts";

const positive = z.number().positive();

/** Time of the three products of a linear layer (forward, input gradient, weight gradient) on one thread. */
const timingSchema = z.object({
  inFeatures: positive,
  outFeatures: positive,
  /** Stored dense, whatever its zeros. */
  denseNsPerToken: positive,
  /** Stored as CSR, by falling density. */
  sparse: z.array(z.object({ density: positive, nsPerToken: positive })).min(1),
});

export const calibrationSchema = z.object({
  /** Largest density at which CSR products together take no longer than dense ones. */
  switchDensity: positive,
  /** Square layers of rising width; empty where only the switch density was measured. */
  products: z.array(timingSchema),
});

export type ProductTiming = Readonly<z.infer<typeof timingSchema>>;
export type Calibration = Readonly<z.infer<typeof calibrationSchema>>;

/**
 * Reads a calibration back from JSON, e.g. what was measured on another machine.
 *
 * @param source what to name in messages, e.g. the file's path
 * @throws {ConfigError} where it is none
 */
export function parseCalibration(input: unknown, source = "calibration"): Calibration {
  return parseWith(calibrationSchema, input, source);
}

/** Features of a linear layer. */
export interface LayerShape {
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/**
 * Time that a linear layer takes at a density, in the format that is the faster one there.
 *
 * Between measured densities and sizes the time is a power of either (straight on log scales); beyond the measured range it is
 * proportional to the number of weights.
 *
 * @returns nanoseconds for each token, forward and backward, on one thread
 * @throws {RangeError} where the calibration holds no products
 */
export function productNsPerToken(
  { products, switchDensity }: Calibration,
  shape: LayerShape,
  density: number,
): number {
  if (products.length === 0)
    throw new RangeError("calibration: products must be measured; got none. Measure them with measureCalibration.");
  const timeOf = ({ denseNsPerToken, sparse }: ProductTiming) =>
    density > switchDensity
      ? denseNsPerToken
      : interpolate(
          sparse,
          (s) => s.density,
          (s) => s.nsPerToken,
          density,
        );
  const weightsOf = (timing: LayerShape) => timing.inFeatures * timing.outFeatures;
  return interpolate(products, weightsOf, timeOf, weightsOf(shape));
}

/** y at x by straight lines through log x, log y; proportional to x beyond the ends. */
function interpolate<P>(points: readonly P[], xOf: (point: P) => number, yOf: (point: P) => number, x: number): number {
  const below = nearest(points, (point) => x - xOf(point));
  const above = nearest(points, (point) => xOf(point) - x);
  const [near, far] = [below ?? above!, above ?? below!];
  const [x0, x1] = [xOf(near), xOf(far)];
  if (x0 === x1) return (yOf(near) * x) / x0;
  const y0 = yOf(near);
  return y0 * pow(yOf(far) / y0, log(x / x0) / log(x1 / x0));
}

/** The point of the least distance that is not negative. */
function nearest<P>(points: readonly P[], distanceOf: (point: P) => number): P | undefined {
  let best: P | undefined;
  for (const point of points) {
    const distance = distanceOf(point);
    if (distance >= 0 && (best === undefined || distance < distanceOf(best))) best = point;
  }
  return best;
}
