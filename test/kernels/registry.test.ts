/** Every kernel of the registry is checked, and measured, somewhere. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BENCH_CASES } from "../../bench/lib/cases.ts";
import { linearWorkbench } from "../../src/calibration/products.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { kernels } from "../../src/kernels/registry.ts";

const NAMES = Object.keys(kernels);

test("every kernel is named in tests that hold kernels to the contract", () => {
  const texts = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
    .filter((text) => text.includes("checkKernel(module"));
  expect(NAMES.filter((name) => !texts.some((text) => text.includes(`"${name}"`)))).toEqual([]);
});

/** Measured by `npm run bench:fit`, as a fit calls them. */
const OF_FITS = ["f64_exp", "f64_log", "f64_power_law_huber"];

test("every kernel has a case of npm run bench, or is of a linear layer or a fit", async () => {
  const pattern = { kind: "unstructured" } as const;
  const weights = [0, 0.5].map((sparsity) => ({ sparsity, pattern }));
  const shape = { tokens: 32, inFeatures: 8, outFeatures: 8 };
  const { bench, calls } = await linearWorkbench(shape, weights, { variant: "strict", threads: 1, createEngine });
  await bench.close();
  const measured = new Set([...BENCH_CASES, ...calls].map(({ kernel }) => kernel));
  expect(NAMES.filter((name) => !measured.has(name)).sort()).toEqual(OF_FITS);
});
