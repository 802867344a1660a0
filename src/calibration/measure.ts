/** Measures what this machine's kernels cost. Runs in browsers too. */
import type { Variant } from "../core/record.ts";
import { createInlineEngine } from "../engine/inline.ts";
import type { Calibration, ProductTiming } from "./calibration.ts";
import { type LinearShape, linearWorkbench, type Weight } from "./products.ts";

/** A linear layer of a mid-sized model: wide enough that packing is amortised, small enough for a second's measurement. */
const CROSSOVER_WIDTH = 256;
/** Crossovers are told apart no finer than this, so that like machines agree. */
const CROSSOVER_DENSITIES = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5];
/** Below: machines whose crossover lies here gain from CSR only where it is used in earnest. */
const LOWEST_CROSSOVER = 0.45;
const PRODUCT_WIDTHS = [32, 64, 128, 256, 512, 1024];
const PRODUCT_DENSITIES = [0.75, 0.5, 0.35, 0.25, 0.175, 0.125, 0.0875, 0.0625, 0.03125];
const TOKENS = 512;
const ROUNDS = 7;
/** Until the engine has compiled the kernels once more, with its optimizing compiler. */
const WARM_UP_MS = 150;

/** The largest density at which the three CSR products together are no slower than the dense ones. About a second. */
export async function measureSwitchDensity(variant: Variant): Promise<number> {
  const { dense, sparse } = await measureWidth(variant, CROSSOVER_WIDTH, CROSSOVER_DENSITIES);
  return sparse.find(({ ms }) => ms <= dense)?.density ?? LOWEST_CROSSOVER;
}

/**
 * The switch density and a table of product times. Ten seconds or so.
 *
 * @param onProgress told the share that is done, from 0 to 1
 */
export async function measureCalibration(
  variant: Variant,
  onProgress: (done: number) => void = () => {},
): Promise<Calibration> {
  const switchDensity = await measureSwitchDensity(variant);
  const products: ProductTiming[] = [];
  for (const [i, width] of PRODUCT_WIDTHS.entries()) {
    onProgress((i + 1) / (PRODUCT_WIDTHS.length + 1));
    const { dense, sparse } = await measureWidth(variant, width, PRODUCT_DENSITIES);
    const nsPerToken = (ms: number) => Number(((ms * 1e6) / TOKENS).toPrecision(4));
    products.push({
      inFeatures: width,
      outFeatures: width,
      denseNsPerToken: nsPerToken(dense),
      sparse: sparse.map(({ density, ms }) => ({ density, nsPerToken: nsPerToken(ms) })),
    });
  }
  onProgress(1);
  return { switchDensity, products };
}

/** Milliseconds of the three products of a square layer, dense and at each density: the fastest of several interleaved rounds. */
async function measureWidth(
  variant: Variant,
  width: number,
  densities: readonly number[],
): Promise<{ dense: number; sparse: { density: number; ms: number }[] }> {
  const shape: LinearShape = { tokens: TOKENS, inFeatures: width, outFeatures: width };
  const weights = [1, ...densities].map(
    (density): Weight => ({ sparsity: 1 - density, pattern: { kind: "unstructured" } }),
  );
  const { bench, calls } = await linearWorkbench(shape, weights, {
    variant,
    threads: 1,
    createEngine: createInlineEngine,
  });
  const best = weights.map(() => Number.POSITIVE_INFINITY);
  const deadline = performance.now() + WARM_UP_MS;
  do await bench.run();
  while (performance.now() < deadline);
  for (let round = 0; round < ROUNDS; round++) {
    const times = await bench.run();
    for (const [w, weight] of weights.entries()) {
      const ms = times.reduce((sum, time, i) => sum + (calls[i]!.weight === weight ? time : 0), 0);
      best[w] = Math.min(best[w]!, ms);
    }
  }
  await bench.close();
  return { dense: best[0]!, sparse: densities.map((density, i) => ({ density, ms: best[i + 1]! })) };
}
