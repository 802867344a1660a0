/** The schedule against its definition: what may be played at once touches none of the others' bytes. */
import { describe, expect, test } from "vitest";
import { parseRunConfig, type RunConfigInput } from "../../src/config/run-config.ts";
import { BY_TILES, kernels } from "../../src/kernels/registry.ts";
import { byteLength, type Tensor } from "../../src/memory/tensor.ts";
import { placeTransients } from "../../src/tape/place.ts";
import { inOrder, type Phase, schedule } from "../../src/tape/schedule.ts";
import { Tape, tensorsOf } from "../../src/tape/tape.ts";
import { planProgram } from "../../src/train/program.ts";
import { recordEvaluation, recordGradients, recordStep } from "../../src/train/step.ts";
import { syntheticSource } from "../sources.ts";
import { tinyDecoder, tinyVit } from "../train/fixtures.ts";

const geglu = { norm: "rmsnorm", activation: "geglu", tiedEmbedding: true } as const;
const models: Record<string, RunConfigInput> = {
  "decoder, dense": tinyDecoder(),
  "decoder, CSR": tinyDecoder({ clipElement: 0.1 }, { final: 0.875 }),
  "decoder, masked dense": tinyDecoder({ optimizer: { kind: "sgd" } }, { final: 0.875, switchDensity: 0 }),
  "decoder, tied, RMSNorm, gated": { ...tinyDecoder(), model: { ...tinyDecoder().model, ...geglu } as never },
  "decoder, Adafactor": tinyDecoder({ optimizer: { kind: "adafactor" } }, { final: 0.875 }),
  "vit, class token": { ...tinyVit(), model: { ...tinyVit().model, pooling: "class" } as never },
  "vit, CSR": tinyVit({}, { final: 0.875 }),
};

/** The tapes of a run with its weights as they are at last. */
function tapesOf(input: RunConfigInput): Record<string, Tape> {
  const config = parseRunConfig(input);
  const switchDensity = Number(config.sparsity.switchDensity);
  const program = planProgram(config, syntheticSource(config.data), { threads: 2, switchDensity });
  const { model, batch, optimizer } = program;
  for (const parameter of model.parameters)
    if (parameter.plan.csrCapacity !== undefined) parameter.store("csr", parameter.plan.csrCapacity);
  return {
    training: recordStep(model, batch, optimizer, config.training),
    gradients: recordGradients(model, batch, config.training, new Map()),
    evaluation: recordEvaluation(model, batch),
  };
}

interface Touch {
  readonly call: number;
  readonly begin: number;
  readonly end: number;
  readonly isWritten: boolean;
  readonly isByTile: boolean;
}

/** What a call reads and writes, by addresses; transient tensors lie behind everything else. */
function touchesOf(tape: Tape, offsets: ReadonlyMap<Tensor, number>, call: number): Touch[] {
  const recorded = tape.calls[call]!;
  return tensorsOf(recorded).map(({ tensor, isWritten, isWhole }) => {
    const begin = tensor.address ?? 2 ** 40 + offsets.get(tensor)!;
    const isByTile = kernels[recorded.kernel].split === BY_TILES && !isWhole;
    return { call, begin, end: begin + byteLength(tensor), isWritten, isByTile };
  });
}

const conflict = (a: Touch, b: Touch) => (a.isWritten || b.isWritten) && a.begin < b.end && b.begin < a.end;

/** Pairs of touches of one phase that could meet in the wrong order. */
function hazards(tape: Tape, phases: readonly Phase[]): [Touch, Touch][] {
  const { offsets } = placeTransients(tape, phases);
  return phases.flatMap((chains) => {
    const touches = chains.map((chain) => chain.flatMap((call) => touchesOf(tape, offsets, call)));
    const apart = touches.flatMap((own, i) => touches.slice(i + 1).flatMap((others) => pairs(own, others, conflict)));
    const within = touches.flatMap((own) =>
      pairs(own, own, (a, b) => a.call < b.call && conflict(a, b) && !isSameTile(a, b)),
    );
    return [...apart, ...within];
  });
}

const isSameTile = (a: Touch, b: Touch) => a.isByTile && b.isByTile && a.begin === b.begin && a.end === b.end;

function pairs(as: Touch[], bs: Touch[], isBad: (a: Touch, b: Touch) => boolean): [Touch, Touch][] {
  return as.flatMap((a) => bs.filter((b) => isBad(a, b)).map((b): [Touch, Touch] => [a, b]));
}

describe.each(Object.entries(models))("%s", (_, input) => {
  test.each(
    Object.entries(tapesOf(input)),
  )("the tape of %s: nothing that is played at once touches what another part writes", (_, tape) => {
    expect(hazards(tape, schedule(tape.calls))).toEqual([]);
  });

  test.each(
    Object.entries(tapesOf(input)),
  )("the tape of %s: every call is played once, after all that it depends on", (_, tape) => {
    const phases = schedule(tape.calls);
    expect(phases.flat(2).sort((a, b) => a - b)).toEqual(tape.calls.map((_, i) => i));
    const phaseOf = new Map(phases.flatMap((chains, phase) => chains.flat().map((call) => [call, phase])));
    const apart = new Map(tape.calls.flatMap(({ args }) => args).map((arg, i) => [arg as Tensor, 2 ** 20 * i]));
    const touches = tape.calls.map((_, call) => touchesOf(tape, apart, call));
    for (const [i, own] of touches.entries())
      for (const [j, others] of touches.slice(0, i).entries())
        for (const [a, b] of pairs(others, own, conflict))
          expect(phaseOf.get(j)!, `call ${j} before call ${i}`).toBeLessThanOrEqual(
            phaseOf.get(i)! - (isSameTile(a, b) ? 0 : 1),
          );
  });

  test.each(
    Object.entries(tapesOf(input)),
  )("the tape of %s: a tensor keeps its bytes from the first to the last phase that names it", (_, tape) => {
    const phases = schedule(tape.calls);
    const { offsets, bytes } = placeTransients(tape, phases);
    const lives = new Map<Tensor, number[]>();
    for (const [phase, chains] of phases.entries())
      for (const { tensor } of chains.flat().flatMap((call) => tensorsOf(tape.calls[call]!)))
        if (tensor.address === undefined) lives.set(tensor, [...(lives.get(tensor) ?? []), phase]);
    const placed = [...lives].map(([tensor, named]) => {
      const begin = offsets.get(tensor)!;
      return { begin, end: begin + byteLength(tensor), first: Math.min(...named), last: Math.max(...named) };
    });
    for (const [i, a] of placed.entries())
      for (const b of placed.slice(i + 1))
        if (a.first <= b.last && b.first <= a.last) expect(a.end <= b.begin || b.end <= a.begin).toBe(true);
    expect(Math.max(...placed.map(({ end }) => end))).toBeLessThanOrEqual(bytes);
  });
});

const w: Tensor = { name: "w", elementType: "f32", length: 256, address: 4096 };
const rows = { w, rows: 4, cols: 64 } as const;

test("calls of equal tiles are one chain as long as each tile needs its own tile alone", () => {
  const tape = new Tape();
  const [a, b, c] = ["a", "b", "c"].map((name) => tape.transient(name, 3 * 32 * 8));
  tape.call("f32_gelu", 3, { x: { ...w, address: 65536, length: 3 * 32 * 8 }, y: a!, features: 8 });
  tape.call("f32_gelu", 3, { x: a!, y: b!, features: 8 });
  tape.call("f32_bias_gradient", 8, { dy: b!, db: { ...w, address: 8192, length: 8 }, features: 8, numTiles: 3 });
  tape.call("f32_gelu", 3, { x: b!, y: c!, features: 8 });
  expect(schedule(tape.calls)).toEqual([[[0, 1, 3]], [[2]]]);
});

test("what is packed is packed in the phase before it is read, not in the first", () => {
  const tape = new Tape();
  let x: Tensor = { ...w, address: 65536, length: 2 * 32 * 64 };
  for (const i of [0, 1, 2]) {
    const packed = tape.transient(`packed ${i}`, 4 * 64);
    const y = tape.transient(`y ${i}`, 2 * 32 * 4);
    const summed = { ...w, name: `sum ${i}`, address: 2 ** 20 * (i + 1), length: 2 * 32 * 64 };
    tape.call("f32_pack_rows", 1, { ...rows, packed });
    tape.call("f32_gemm", 2, { packed, x, bias: null, addend: null, y, rows: 4, cols: 64 });
    tape.call("f32_exp", 256, { x: y, y: summed });
    x = summed;
  }
  expect(schedule(tape.calls)).toEqual([[[0]], [[1]], [[2], [3]], [[4]], [[5], [6]], [[7]], [[8]]]);
});

test("slices of one tensor do not wait for each other, and the whole waits for all of them", () => {
  const tape = new Tape();
  const x: Tensor = { ...w, address: 65536, length: 64 };
  const partials: Tensor = { name: "partials", elementType: "f64", length: 3, address: 2 ** 20 };
  for (const i of [0, 1, 2])
    tape.call("f32_square_sum", 1, {
      x,
      mask: null,
      count: 64,
      partials: { ...partials, length: 1, address: 2 ** 20 + 8 * i },
    });
  tape.call("f32_clip_scale", 1, { partials, count: 3, clipNorm: 1, scale: { ...w, address: 8192, length: 2 } });
  expect(schedule(tape.calls)).toEqual([[[0], [1], [2]], [[3]]]);
});

test("a call that writes what another reads waits for it", () => {
  const tape = new Tape();
  const packed = tape.transient("packed", 256);
  tape.call("f32_pack_rows", 1, { ...rows, packed });
  tape.call("f32_exp", 256, { x: w, y: w });
  expect(schedule(tape.calls)).toEqual([[[0]], [[1]]]);
});

test("what is read whole for every tile is no link of a chain", () => {
  const tape = new Tape();
  const [gain, stats, y] = [tape.transient("gain", 32 * 8), tape.transient("stats", 64), tape.transient("y", 32 * 8)];
  const x = { ...w, address: 65536 };
  tape.call("f32_gelu", 1, { x, y: gain, features: 8 });
  tape.call("f32_layernorm", 1, { x, gain, bias: w, y, stats, features: 8, epsilon: 1e-5 });
  expect(schedule(tape.calls)).toEqual([[[0]], [[1]]]);
});

test("calls of other numbers of tiles are no links of a chain", () => {
  const tape = new Tape();
  const [a, b] = [tape.transient("a", 2 * 32 * 8), tape.transient("b", 32 * 8)];
  tape.call("f32_gelu", 2, { x: { ...w, address: 65536, length: 2 * 32 * 8 }, y: a, features: 8 });
  tape.call("f32_gelu", 1, { x: a, y: b, features: 8 });
  expect(schedule(tape.calls)).toEqual([[[0]], [[1]]]);
});

test("a decoder's training step meets less than an eighth as often as it has calls", () => {
  const { training } = tapesOf(tinyDecoder());
  expect(schedule(training!.calls).length).toBeLessThan(inOrder(training!.calls).length / 8);
});
