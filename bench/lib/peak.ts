/**
 * What one thread of this machine could reach at most: multiply-adds between registers, and bytes streamed through memory.
 * The loops are assembled here, so that no compiler's choices stand between them and the machine.
 */
import type { Variant } from "../../src/core/record.ts";

/**
 * Independent sums: enough to hide the latency of a step, few enough for 16 registers. Where multiplication and addition are
 * two instructions, they go in groups of six, which share the execution ports best (measured, as the numbers of sums).
 */
const CHAINS = { strict: 12, relaxed: 10 };
const GROUP = 6;
const UNROLL = 8;

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const simd = (opcode: number) => [0xfd, ...leb(opcode)];
const f32Const = (value: number) => [0x43, ...new Uint8Array(new Float32Array([value]).buffer)];
const i32Const = (value: number) => [0x41, ...leb(value)];
const F32X4_SPLAT = simd(0x13);
const F32X4_FIRST_LANE = [...simd(0x1f), 0];
const F32X4_ADD = simd(0xe4);
const F32X4_MUL = simd(0xe6);
const RELAXED_MADD = simd(0x105);
const load = (offset: number) => [...simd(0), 4, ...leb(offset)];
const store = (offset: number) => [...simd(11), 4, ...leb(offset)];
/** `body`, then local 0 −= step, until it is 0. */
const loop = (step: number, body: readonly number[]) => [
  ...[0x03, 0x40, ...body],
  ...[...get(0), ...i32Const(step), 0x6b, 0x22, 0, 0x0d, 0, 0x0b],
];

/** Local 0 counts iterations of CHAINS·UNROLL multiply-adds of four lanes; 1 and 2 are the factors, the sums follow. */
function multiplyAddModule(variant: Variant): Uint8Array<ArrayBuffer> {
  const [factor, addend, firstSum] = [1, 2, 3];
  const sums = Array.from({ length: CHAINS[variant] }, (_, i) => firstSum + i);
  const fused = (sum: number) => [...get(sum), ...get(factor), ...get(addend), ...RELAXED_MADD, ...set(sum)];
  const multiplied = (sum: number) => [...get(sum), ...get(factor), ...F32X4_MUL, ...set(sum)];
  const added = (sum: number) => [...get(sum), ...get(addend), ...F32X4_ADD, ...set(sum)];
  const inGroups = [sums.slice(0, GROUP), sums.slice(GROUP)].flatMap((group) => [
    ...group.flatMap(multiplied),
    ...group.flatMap(added),
  ]);
  const step = variant === "relaxed" ? sums.flatMap(fused) : inGroups;
  return assemble(2 + sums.length, [
    ...[...f32Const(0.999), ...F32X4_SPLAT, ...set(factor)],
    ...[...f32Const(0.001), ...F32X4_SPLAT, ...set(addend)],
    ...loop(1, Array.from({ length: UNROLL }, () => step).flat()),
    // the sums are returned, so that none of them is dead
    ...sums.flatMap((sum, i) => (i === 0 ? get(sum) : [...get(sum), ...F32X4_ADD])),
    ...F32X4_FIRST_LANE,
  ]);
}

/** Bytes of each of the three arrays: beyond any second-level cache. */
const STREAM_BYTES = 2 ** 26;

/** a[i] = b[i] + 0.5·c[i] from the end of the arrays to their beginning; local 0 is the byte offset. */
function triadModule(): Uint8Array<ArrayBuffer> {
  const bytesAStep = 64;
  const vectors = Array.from({ length: bytesAStep / 16 }, (_, i) => 16 * i);
  const vector = (offset: number) => [
    ...[...get(0), ...get(0), ...load(offset + STREAM_BYTES)],
    ...[...get(0), ...load(offset + 2 * STREAM_BYTES), ...get(1), ...F32X4_MUL],
    ...[...F32X4_ADD, ...store(offset)],
  ];
  return assemble(
    1,
    [...[...f32Const(0.5), ...F32X4_SPLAT, ...set(1)], ...loop(bytesAStep, vectors.flatMap(vector)), ...f32Const(0)],
    (3 * STREAM_BYTES + 65536) / 65536,
  );
}

/** A module that exports `run(i32) → f32`, with v128 locals from 1 on. */
function assemble(numVectors: number, code: readonly number[], pages = 0): Uint8Array<ArrayBuffer> {
  const section = (id: number, bytes: readonly number[]) => [id, ...leb(bytes.length), ...bytes];
  const body = [1, numVectors, V128, ...code, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, I32, 1, F32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(pages)]),
    ...section(7, [1, 3, ...new TextEncoder().encode("run"), 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** LEB128, with a clear sign bit, so that the same bytes serve signed constants. */
function leb(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

async function instantiate(bytes: Uint8Array<ArrayBuffer>): Promise<(count: number) => number> {
  const { instance } = await WebAssembly.instantiate(bytes);
  return instance.exports.run as (count: number) => number;
}

/**
 * Returns the function that measures the peak of a build once, in a few milliseconds.
 *
 * Units  1e9 floating-point operations a second; strict: a multiplication and an addition, relaxed: both in one
 */
export async function createPeakMeter(variant: Variant): Promise<() => number> {
  const run = await instantiate(multiplyAddModule(variant));
  const iterations = 20_000;
  const flops = iterations * UNROLL * CHAINS[variant] * 8;
  const measure = () => flops / millisecondsOf(() => run(iterations)) / 1e6;
  for (let i = 0; i < 50; i++) measure();
  return measure;
}

/** Returns the function that measures the memory's bandwidth once: 1e9 bytes a second, read and written together. */
export async function createBandwidthMeter(): Promise<() => number> {
  const run = await instantiate(triadModule());
  const measure = () => (3 * STREAM_BYTES) / millisecondsOf(() => run(STREAM_BYTES)) / 1e6;
  for (let i = 0; i < 3; i++) measure();
  return measure;
}

function millisecondsOf(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
