/** Methods that rank by gradients: the trainer computes those of all weights for the step of the change alone. */
import { beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { register } from "../../src/config/parts.ts";
import { parseRunConfig } from "../../src/config/run-config.ts";
import type { RunEvent } from "../../src/core/record.ts";
import { createInlineEngine } from "../../src/engine/inline.ts";
import { createMemory } from "../../src/kernels/abi.ts";
import type { Parameter } from "../../src/memory/parameter.ts";
import { defineMethod } from "../../src/methods/method.ts";
import { gradient } from "../../src/sparsity/scores/gradient.ts";
import { readDense, readMask } from "../../src/sparsity/snapshot.ts";
import { train } from "../../src/train/node.ts";
import { planProgram } from "../../src/train/program.ts";
import { Session } from "../../src/train/session.ts";
import { syntheticSource } from "../sources.ts";
import { tinyDecoder } from "./fixtures.ts";

vi.mock("../../src/engine/engine.ts", () => import("./every-tape.ts"));

const REGROW_AT = 4;
const DENSE_AT = 8;
const SPARSE_AT = 12;
const SHARE = 0.25;

beforeAll(() =>
  register(
    defineMethod({
      name: "grow-by-gradient",
      schema: z.strictObject({ method: z.literal("grow-by-gradient") }),
      changes: () => [
        { kind: "prune", step: 0, progress: 1 },
        { kind: "regrow", step: REGROW_AT, share: SHARE, grow: gradient },
        { kind: "densify", step: DENSE_AT },
        { kind: "prune", step: SPARSE_AT, progress: 1 },
      ],
    }),
  ),
);

function configOf(switchDensity: number) {
  const sparsity = { method: "grow-by-gradient", final: 0.75, switchDensity };
  const { sparsity: _sparsity, ...rest } = tinyDecoder({ steps: 16, optimizer: { kind: "sgd" } });
  return parseRunConfig({ ...rest, sparsity });
}

/** A session that has trained up to `step`, with the mask changes before it. */
async function sessionAt(step: number, switchDensity: number): Promise<Session> {
  const config = configOf(switchDensity);
  const data = syntheticSource(config.data);
  const program = planProgram(config, data, { threads: 1, switchDensity });
  const engine = await createInlineEngine({ memory: createMemory(program.arena.bytes), variant: "strict" });
  const session = await Session.open(program, engine);
  for (let at = 0; at < step; at++) {
    const update = session.updateBefore(at);
    if (update !== undefined) await session.changeMasks(update);
    await session.trainStep(at);
  }
  return session;
}

const sparseWeights = ({ program }: Session): Parameter[] =>
  program.model.parameters.filter(({ plan }) => plan.csrCapacity !== undefined);

describe("growth by gradient", () => {
  test("takes of the pruned weights those of the largest gradient in the coming step's batch", async () => {
    const session = await sessionAt(REGROW_AT, 0.5);
    const weights = sparseWeights(session);
    expect(weights.every(({ format }) => format === "csr")).toBe(true);
    const before = weights.map((parameter) => readMask(session.pruner, parameter));
    const all = await denseGradients(session, weights);
    await session.changeMasks(session.updateBefore(REGROW_AT)!);
    for (const [i, parameter] of weights.entries()) {
      const after = readMask(session.pruner, parameter);
      const pruned = [...before[i]!.keys()].filter((at) => before[i]![at] === 0);
      const grown = pruned.filter((at) => after[at] === 1);
      expect(grown, parameter.name).toHaveLength(Math.round(SHARE * parameter.nonzeros));
      const size = (at: number) => Math.abs(all[i]![at]!);
      const least = Math.min(...grown.map(size));
      const missed = pruned.filter((at) => after[at] === 0 && size(at) > least * (1 + 1e-4));
      expect(missed, parameter.name).toEqual([]);
    }
  });

  test("chooses the same weights stored compressed and masked", async () => {
    const masks = await Promise.all(
      [0, 0.5].map(async (switchDensity) => {
        const session = await sessionAt(0, switchDensity);
        for (const step of [0, REGROW_AT]) await session.changeMasks(session.updateBefore(step)!);
        const { parameters } = session.program.model;
        return parameters.filter(({ spec }) => spec.role === "block").map((p) => readMask(session.pruner, p));
      }),
    );
    expect(masks[0]).toEqual(masks[1]);
  });
});

/**
 * Gradients of all weights at the coming step, by another way: the same weights trained as dense ones for one step of plain
 * gradient descent without clipping move by rate · gradient.
 */
async function denseGradients(session: Session, weights: readonly Parameter[]): Promise<Float64Array[]> {
  const dense = await sessionAt(0, 0);
  const values = new Map(
    session.program.model.parameters.map((p) => [p.name, readDense(session.pruner, p, "value")] as const),
  );
  const own = new Map(dense.program.model.parameters.map((p) => [p.name, p] as const));
  for (const [name, parameter] of own) dense.floats(parameter.value).set(values.get(name)!);
  const { rate } = await dense.trainStep(REGROW_AT);
  const [scale] = dense.floats(dense.program.optimizer.clip);
  return weights.map(({ name }) => {
    const moved = dense.floats(own.get(name)!.value);
    return Float64Array.from(moved, (value, i) => (values.get(name)![i]! - value) / (rate * scale!));
  });
}

describe("a run that becomes dense and sparse again", () => {
  test.each([0, 0.5])("has its counts at every change and at the end, switch density %f", async (switchDensity) => {
    const events: RunEvent[] = [];
    const config = configOf(switchDensity);
    const result = await train(config, { onEvent: (event) => events.push(event) });
    const masks = events.filter((event) => event.type === "mask");
    expect(masks.map(({ step, sparsity }) => [step, sparsity])).toEqual([
      [0, 0.75],
      [REGROW_AT, 0.75],
      [DENSE_AT, 0],
      [SPARSE_AT, 0.75],
    ]);
    expect(masks.map(({ csrTensors }) => csrTensors > 0)).toEqual(
      [true, true, false, true].map((isSparse) => isSparse && switchDensity > 0),
    );
    expect(result).toMatchObject({ status: "completed", sparsity: 0.75 });
    expect((await train(config, { threads: 2 })).lossHash).toBe(result.lossHash);
  });
});
