import { describe, expect, test, vi } from "vitest";
import { differenceByTurbo, samples } from "../../src/doctor/turbo-check.ts";
import { type KernelName, kernels } from "../../src/kernels/registry.ts";
import { compilePlain, hasTurbo } from "../../src/kernels/turbo.ts";
import { isVariantSupported } from "../../src/kernels/variant.ts";

const used = new Set<string>();

vi.mock("../../src/kernels/abi.ts", async (original) => {
  const abi = await original<typeof import("../../src/kernels/abi.ts")>();
  return {
    ...abi,
    instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory) {
      const instance = abi.instantiateKernels(module, memory);
      return new Proxy(instance, {
        get(target, name) {
          used.add(String(name));
          return target[name as KernelName];
        },
      });
    },
  };
});

describe("the check of turbo", () => {
  test("runs every kernel of the registry", async () => {
    const module = compilePlain("strict", 101);
    for (const sample of samples("strict")) await sample.run(module);
    expect(Object.keys(kernels).filter((name) => !used.has(name))).toEqual([]);
  });

  test("gives the same bytes twice, and others for another build", async () => {
    const [again, relaxed] = [
      compilePlain("strict", 102),
      isVariantSupported("relaxed") && compilePlain("relaxed", 103),
    ];
    const names: string[] = [];
    for (const sample of samples("strict")) {
      const bytes = Buffer.from(await sample.run(compilePlain("strict", 104)));
      expect(Buffer.compare(bytes, await sample.run(again)), sample.name).toBe(0);
      if (relaxed && Buffer.compare(bytes, await sample.run(relaxed)) !== 0) names.push(sample.name);
    }
    if (relaxed) expect(names.length).toBeGreaterThan(2);
  });

  test.runIf(hasTurbo())("finds no difference on this machine, strict and relaxed", async () => {
    expect(await differenceByTurbo("strict")).toBeUndefined();
    if (isVariantSupported("relaxed")) expect(await differenceByTurbo("relaxed")).toBeUndefined();
  });
});
