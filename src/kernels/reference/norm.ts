import { TILE } from "../registry.ts";
import type { Reference } from "./types.ts";

/** Where feature f of a tile's token stands. */
const at = (tile: number, features: number, f: number, lane: number) => (tile * features + f) * TILE + lane;

/** Calls `visit` for every token of the tiles [begin, end). */
function eachToken(begin: number, end: number, visit: (tile: number, lane: number) => void): void {
  for (let tile = begin; tile < end; tile++) for (let lane = 0; lane < TILE; lane++) visit(tile, lane);
}

function meanOver(features: number, term: (f: number) => number): number {
  let sum = 0;
  for (let f = 0; f < features; f++) sum += term(f);
  return sum / features;
}

const f32_layernorm: Reference<"f32_layernorm"> = (begin, end, { x, gain, bias, y, stats, features, epsilon }) =>
  eachToken(begin, end, (tile, lane) => {
    const mean = meanOver(features, (f) => x[at(tile, features, f, lane)]!);
    const rstd = 1 / Math.sqrt(meanOver(features, (f) => (x[at(tile, features, f, lane)]! - mean) ** 2) + epsilon);
    stats[at(tile, 2, 0, lane)] = mean;
    stats[at(tile, 2, 1, lane)] = rstd;
    for (let f = 0; f < features; f++)
      y[at(tile, features, f, lane)] = (x[at(tile, features, f, lane)]! - mean) * rstd * gain[f]! + bias[f]!;
  });

const f32_layernorm_dx: Reference<"f32_layernorm_dx"> = (begin, end, { x, gain, stats, dy, addend, dx, features }) =>
  eachToken(begin, end, (tile, lane) => {
    // y = x̂·gain + bias, x̂ = (x − mean)·rstd
    const rstd = stats[at(tile, 2, 1, lane)]!;
    const normalized = (f: number) => (x[at(tile, features, f, lane)]! - stats[at(tile, 2, 0, lane)]!) * rstd;
    const g = (f: number) => dy[at(tile, features, f, lane)]! * gain[f]!;
    const meanG = meanOver(features, g);
    const meanGX = meanOver(features, (f) => g(f) * normalized(f));
    for (let f = 0; f < features; f++) {
      const i = at(tile, features, f, lane);
      dx[i] = (addend?.[i] ?? 0) + rstd * (g(f) - meanG - normalized(f) * meanGX);
    }
  });

const f32_layernorm_dparams: Reference<"f32_layernorm_dparams"> = (begin, end, args) => {
  const { x, stats, dy, dgain, dbias, features, numTiles } = args;
  for (let f = begin; f < end; f++) {
    dgain[f] = 0;
    dbias[f] = 0;
    eachToken(0, numTiles, (tile, lane) => {
      // y = x̂·gain + bias
      const i = at(tile, features, f, lane);
      dgain[f]! += dy[i]! * (x[i]! - stats[at(tile, 2, 0, lane)]!) * stats[at(tile, 2, 1, lane)]!;
      dbias[f]! += dy[i]!;
    });
  }
};

const f32_rmsnorm: Reference<"f32_rmsnorm"> = (begin, end, { x, gain, y, stats, features, epsilon }) =>
  eachToken(begin, end, (tile, lane) => {
    const rstd = 1 / Math.sqrt(meanOver(features, (f) => x[at(tile, features, f, lane)]! ** 2) + epsilon);
    stats[at(tile, 1, 0, lane)] = rstd;
    for (let f = 0; f < features; f++)
      y[at(tile, features, f, lane)] = x[at(tile, features, f, lane)]! * rstd * gain[f]!;
  });

const f32_rmsnorm_dx: Reference<"f32_rmsnorm_dx"> = (begin, end, { x, gain, stats, dy, addend, dx, features }) =>
  eachToken(begin, end, (tile, lane) => {
    // y = x̂·gain, x̂ = x·rstd
    const rstd = stats[at(tile, 1, 0, lane)]!;
    const normalized = (f: number) => x[at(tile, features, f, lane)]! * rstd;
    const g = (f: number) => dy[at(tile, features, f, lane)]! * gain[f]!;
    const meanGX = meanOver(features, (f) => g(f) * normalized(f));
    for (let f = 0; f < features; f++) {
      const i = at(tile, features, f, lane);
      dx[i] = (addend?.[i] ?? 0) + rstd * (g(f) - normalized(f) * meanGX);
    }
  });

const f32_rmsnorm_dgain: Reference<"f32_rmsnorm_dgain"> = (begin, end, { x, stats, dy, dgain, features, numTiles }) => {
  for (let f = begin; f < end; f++) {
    dgain[f] = 0;
    eachToken(0, numTiles, (tile, lane) => {
      // y = x·rstd·gain
      const i = at(tile, features, f, lane);
      dgain[f]! += dy[i]! * x[i]! * stats[at(tile, 1, 0, lane)]!;
    });
  }
};

export const normReferences = {
  f32_layernorm,
  f32_layernorm_dx,
  f32_layernorm_dparams,
  f32_rmsnorm,
  f32_rmsnorm_dx,
  f32_rmsnorm_dgain,
};
