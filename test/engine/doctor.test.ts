import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { doctor } from "../../src/doctor/doctor.ts";
import { hasRelaxedSimd, hasSimd, hasThreads } from "../../src/doctor/features.ts";
import { PAGE_BYTES } from "../../src/kernels/abi.ts";
import { isVariantSupported } from "../../src/kernels/variant.ts";

test("the features found are those that the builds need", () => {
  expect(hasSimd() && hasThreads()).toBe(isVariantSupported("strict"));
  expect(hasSimd() && hasThreads() && hasRelaxedSimd()).toBe(isVariantSupported("relaxed"));
});

test("the doctor's report is flat and finite, and its sizes and speeds are possible", async () => {
  const report = await doctor();
  for (const [name, value] of Object.entries(report))
    expect(typeof value === "number" ? Number.isFinite(value) : Object(value) !== value, name).toBe(true);
  expect(report).toMatchObject({
    node: process.versions.node,
    cores: availableParallelism(),
    simd: true,
    threads: true,
  });
  expect(report.freeMemoryBytes).toBeGreaterThan(0);
  expect(report.freeMemoryBytes).toBeLessThanOrEqual(report.totalMemoryBytes);
  expect(report.largestRunBytes % PAGE_BYTES).toBe(0);
  expect(report.largestRunBytes).toBeGreaterThan(0);
  expect(report.strictGflops).toBeGreaterThan(0.1);
  expect(report.strictGflops).toBeLessThan(1000);
});
