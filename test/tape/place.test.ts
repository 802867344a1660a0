import { expect, test } from "vitest";
import { RandomStream } from "../../src/core/rng.ts";
import { byteLength, type Tensor } from "../../src/memory/tensor.ts";
import { placeTransients } from "../../src/tape/place.ts";
import { inOrder } from "../../src/tape/schedule.ts";
import { scratch, Tape } from "../../src/tape/tape.ts";

/** A tape of elementwise calls between random earlier tensors. */
function randomTape(seed: number): { tape: Tape; lives: Map<Tensor, [number, number]> } {
  const stream = new RandomStream(seed, "tape");
  const tape = new Tape();
  const first = tape.transient("t0", 64);
  tape.call("f32_pack_rows", 1, {
    w: { name: "w", elementType: "f32", length: 64, address: 4096 },
    rows: 1,
    cols: 16,
    packed: first,
  });
  const tensors = [first];
  const lives = new Map<Tensor, [number, number]>([[first, [0, 0]]]);
  for (let call = 1; call < 40; call++) {
    const x = tensors[Math.max(0, tensors.length - 1 - stream.integer(6))]!;
    const y = tape.transient(`t${call}`, 16 * (1 + stream.integer(100)));
    tape.call("f32_gelu", 1, { x: x, y, features: 1 });
    lives.get(x)![1] = call;
    lives.set(y, [call, call]);
    tensors.push(y);
  }
  return { tape, lives };
}

test("two transient tensors that live at the same time never share a byte", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { tape, lives } = randomTape(seed);
    const { offsets, bytes } = placeTransients(tape, inOrder(tape.calls));
    const all = [...lives].map(([tensor, [from, to]]) => ({
      from,
      to,
      begin: offsets.get(tensor)!,
      end: offsets.get(tensor)! + byteLength(tensor),
    }));
    for (const a of all)
      for (const b of all)
        if (a !== b && a.from <= b.to && b.from <= a.to)
          expect(a.end <= b.begin || b.end <= a.begin, `seed ${seed}`).toBe(true);
    expect(Math.max(...all.map((t) => t.end))).toBeLessThanOrEqual(bytes);
  }
});

test("memory is used again: a chain of equal tensors needs the room of two", () => {
  const tape = new Tape();
  let x = tape.transient("x", 256);
  tape.call("f32_pack_rows", 1, {
    w: { name: "w", elementType: "f32", length: 64, address: 4096 },
    rows: 1,
    cols: 64,
    packed: x,
  });
  for (let i = 0; i < 20; i++) {
    const y = tape.transient(`y${i}`, 256);
    tape.call("f32_exp", 256, { x, y });
    x = y;
  }
  expect(placeTransients(tape).bytes).toBe(2 * 1024);
});

test("a tensor lives until its last phase, though calls of earlier phases are recorded after that", () => {
  const tape = new Tape();
  const [y, z, q] = ["y", "z", "q"].map((name) => tape.transient(name, 256)) as [Tensor, Tensor, Tensor];
  const x = { name: "x", elementType: "f32", length: 256, address: 65536 } as const;
  tape.call("f32_gelu", 1, { x, y, features: 8 });
  tape.call("f32_bias_gradient", 8, { dy: y, db: { ...x, length: 8, address: 8192 }, features: 8, numTiles: 1 });
  tape.call("f32_gelu", 1, { x: y, y: z, features: 8 });
  tape.call("f32_exp", 256, { x: z, y: q });
  const { phases, offsets } = placeTransients(tape);
  expect(phases).toEqual([[[0, 2]], [[1], [3]]]);
  expect(new Set([y, z, q].map((tensor) => offsets.get(tensor))).size).toBe(3);
});

test("reading a tensor that nothing has written is an error that names it", () => {
  const tape = new Tape();
  tape.call("f32_gelu", 1, { x: tape.transient("orphan", 32), y: tape.transient("y", 32), features: 1 });
  expect(() => placeTransients(tape)).toThrow(/orphan must be written before call 0 \(f32_gelu\)/);
});

test("the scratch of a tape is the largest that any call asks for", () => {
  const tape = new Tape();
  const w = { name: "w", elementType: "u8", length: 8, address: 4096 } as const;
  const scores = { name: "s", elementType: "f32", length: 8, address: 8192 } as const;
  for (const bytes of [100, 8192, 300])
    tape.call("u8_topk_magnitude", 1, { scores, count: 8, topK: 2, keep: w, scratch: scratch(bytes) });
  expect(placeTransients(tape).scratchBytes).toBe(8192);
});
