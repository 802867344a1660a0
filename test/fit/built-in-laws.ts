/** Every law that comes with the fitter, on the planted grid, and points to try them at. */
import { RandomStream } from "../../src/core/rng.ts";
import type { Law } from "../../src/fit/index.ts";
import { LAW_NAMES, lawNamed } from "../../src/fit/index.ts";
import { grid } from "./planted.ts";

export const builtInLaws: readonly Law[] = LAW_NAMES.map((name) => lawNamed(name, grid));

/** Coefficients and exponents between .3 and 1.3. */
export function randomPoint(law: Law, seed: number): number[] {
  const stream = new RandomStream(seed, "point of a law");
  return law.coordinates.map(() => 0.3 + stream.uniform());
}
