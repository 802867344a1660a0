/** What a machine's kernels cost, measured once: the basis of the switch to CSR and of every "measured cost". */

/** Time of the three products of a linear layer (forward, input gradient, weight gradient) on one thread. */
export interface ProductTiming {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Stored dense, whatever its zeros. */
  readonly denseNsPerToken: number;
  /** Stored as CSR, by falling density. */
  readonly sparse: readonly { readonly density: number; readonly nsPerToken: number }[];
}

export interface Calibration {
  /** Largest density at which CSR products together take no longer than dense ones. */
  readonly switchDensity: number;
  /** Square layers of rising width; empty where only the switch density was measured. */
  readonly products: readonly ProductTiming[];
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
  shape: { readonly inFeatures: number; readonly outFeatures: number },
  density: number,
): number {
  if (products.length === 0)
    throw new RangeError("calibration: products must be measured; got none. Run sparselaw bench --calibrate.");
  const weights = shape.inFeatures * shape.outFeatures;
  const timeOf = (timing: ProductTiming) =>
    density > switchDensity
      ? timing.denseNsPerToken
      : interpolate(
          timing.sparse.map((s) => [s.density, s.nsPerToken]),
          density,
        );
  return interpolate(
    products.map((timing) => [timing.inFeatures * timing.outFeatures, timeOf(timing)]),
    weights,
  );
}

/** y at x by straight lines through log x, log y; proportional to x beyond the ends. */
function interpolate(points: readonly (readonly [x: number, y: number])[], x: number): number {
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  const above = sorted.findIndex(([px]) => px >= x);
  if (above <= 0) {
    const [px, py] = above < 0 ? sorted.at(-1)! : sorted[0]!;
    return (py * x) / px;
  }
  const [[x0, y0], [x1, y1]] = [sorted[above - 1]!, sorted[above]!];
  const share = Math.log(x / x0) / Math.log(x1 / x0);
  return y0 * (y1 / y0) ** share;
}
