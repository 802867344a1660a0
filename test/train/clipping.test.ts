/** The global clip norm is of the weights that are kept, however they are stored. */
import { expect, test } from "vitest";
import { parseRunConfig } from "../../src/config/run-config.ts";
import { createInlineEngine } from "../../src/engine/inline.ts";
import { createMemory } from "../../src/kernels/abi.ts";
import { readDense, readMask } from "../../src/sparsity/snapshot.ts";
import { planProgram } from "../../src/train/program.ts";
import { Session } from "../../src/train/session.ts";
import { syntheticSource } from "../sources.ts";
import { tinyDecoder } from "./fixtures.ts";

/** One step after pruning to S = .75 at once; the norm that the step was clipped by, and that of the gradients it left. */
async function normsOf(switchDensity: number): Promise<{ clipped: number; kept: number; all: number }> {
  const config = parseRunConfig(
    tinyDecoder({ clipNorm: 1e-3 }, { final: 0.75, start: 0, end: 0, interval: 100, switchDensity }),
  );
  const program = planProgram(config, syntheticSource(config.data), { threads: 1, switchDensity });
  const engine = await createInlineEngine({ memory: createMemory(program.arena.bytes), variant: "strict" });
  const session = await Session.open(program, engine);
  await session.changeMasks(0);
  await session.trainStep(0);
  let [kept, all] = [0, 0];
  for (const parameter of program.model.parameters) {
    const gradient = readDense(session.pruner, parameter, "grad");
    const mask = readMask(session.pruner, parameter);
    for (const [i, g] of gradient.entries()) {
      all += g * g;
      kept += mask[i] === 1 ? g * g : 0;
    }
  }
  const [, clipped] = session.floats(program.optimizer.clip);
  return { clipped: clipped!, kept: Math.sqrt(kept), all: Math.sqrt(all) };
}

/** One rounding to f32 of sums in f64. */
const ROUNDING = 1.001 * 2 ** -24;

test("the clip norm is that of the kept weights' gradients, masked as well as compressed", async () => {
  const [masked, compressed] = await Promise.all([0, 1].map(normsOf));
  for (const { clipped, kept } of [masked!, compressed!])
    expect(Math.abs(clipped / kept - 1)).toBeLessThanOrEqual(ROUNDING);
  // Pruned weights have gradients of about the size of the others, and there are three times as many.
  expect(masked!.all / masked!.kept).toBeGreaterThan(1.3);
});

test("it is the same number in both formats, to the rounding of the weight gradients", async () => {
  const [masked, compressed] = await Promise.all([0, 1].map(normsOf));
  expect(Math.abs(masked!.clipped / compressed!.clipped - 1)).toBeLessThan(1e-6);
});

test("element clipping comes before the norm: every gradient within ± the limit", async () => {
  const limit = 1e-3;
  const config = parseRunConfig(tinyDecoder({ clipElement: limit, clipNorm: null, optimizer: { kind: "sgd" } }));
  const program = planProgram(config, syntheticSource(config.data), { threads: 1, switchDensity: 0 });
  const engine = await createInlineEngine({ memory: createMemory(program.arena.bytes), variant: "strict" });
  const session = await Session.open(program, engine);
  const before = program.model.parameters.map((parameter) => session.floats(parameter.value).slice());
  const { rate } = await session.trainStep(0);
  const moves = program.model.parameters.flatMap((parameter, i) =>
    Array.from(session.floats(parameter.value), (value, at) => Math.abs(value - before[i]![at]!) / rate),
  );
  // Half an ulp of a weight below 2, over the rate of 2.5e-3.
  expect(Math.max(...moves)).toBeLessThanOrEqual(Math.fround(limit) + 2 ** -24 / rate);
  expect(moves.filter((move) => move > 0.9 * limit).length).toBeGreaterThan(100);
});
