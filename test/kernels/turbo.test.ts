import { expect, test } from "vitest";
import { StateError } from "../../src/core/errors.ts";
import { enableTurbo, isTurbo } from "../../src/kernels/turbo.ts";
import { compileKernels } from "../../src/kernels/variant.ts";

test("turbo is refused once kernels have been compiled without it: it would not change them", async () => {
  await compileKernels("strict");
  expect(() => enableTurbo()).toThrow(StateError);
  expect(isTurbo()).toBe(false);
});
