import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { createMemory, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { strictModule } from "../kernels/module.ts";

const ROUNDS = 2000;

/** Each thread counts itself in, meets the others, and sees how many have been counted: the whole team, or it passed too early. */
const member = `
  const { module, memory, base, threads, spins, rounds } = require("node:worker_threads").workerData;
  const { barrier } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const [count, early] = [0, 4].map((offset) => new Int32Array(memory.buffer, base + offset, 1));
  for (let round = 1; round <= rounds; round++) {
    Atomics.add(count, 0, 1);
    barrier(192, threads, spins);
    if (Atomics.load(count, 0) !== round * threads) Atomics.add(early, 0, 1);
    barrier(192, threads, spins);
  }
`;

for (const threads of [1, 2, 3, 5])
  for (const spins of [0, 50, 20_000])
    test(`nobody passes before all ${threads} have come, spinning ${spins} loads`, async () => {
      const memory = createMemory(SYSTEM_BYTES);
      const workerData = { module: strictModule, memory, base: 512, threads, spins, rounds: ROUNDS };
      const team = Array.from({ length: threads }, () => new Worker(member, { eval: true, workerData }));
      const exits = team.map(
        (worker) => new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject)),
      );
      expect(await Promise.all(exits)).toEqual(team.map(() => 0));
      const [count, early] = new Int32Array(memory.buffer, 512, 2);
      expect({ count, early }).toEqual({ count: ROUNDS * threads, early: 0 });
      expect([...new Int32Array(memory.buffer, 192, 2)]).toEqual([0, 2 * ROUNDS]);
    });
