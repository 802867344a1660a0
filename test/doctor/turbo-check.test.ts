import { spawnSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { differenceByTurbo, samples } from "../../src/doctor/turbo-check.ts";
import { type KernelName, kernels } from "../../src/kernels/registry.ts";
import { compilePlain, hasTurbo } from "../../src/kernels/turbo.ts";
import { isVariantSupported } from "../../src/kernels/variant.ts";

/** What V8 tells of the check in a process of its own. */
function traceOfCheck(subject: string): string {
  const check = new URL("../../src/doctor/turbo-check.ts", import.meta.url).href;
  // The flag only after the import: Node strips types by wasm of its own.
  const script = `import { differenceByTurbo } from ${JSON.stringify(check)};
    process.getBuiltinModule("node:v8").setFlagsFromString("--trace-${subject}");
    await differenceByTurbo("strict");`;
  const args = ["--input-type=module", "--eval", script];
  return spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 26 }).stdout;
}

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
  test("compares every kernel of the registry", async () => {
    const module = compilePlain("strict", 101);
    const compared = new Set<string>();
    for (const sample of samples("strict")) {
      const isSame = await sample.run(module);
      used.clear();
      expect(await isSame(module), sample.name).toBe(true);
      for (const name of used) compared.add(name);
    }
    expect(Object.keys(kernels).filter((name) => !compared.has(name))).toEqual([]);
  });

  test.runIf(isVariantSupported("relaxed"))("sees the other bits of another build", async () => {
    const [strict, relaxed] = [compilePlain("strict", 102), compilePlain("relaxed", 103)];
    const differing: string[] = [];
    for (const sample of samples("strict")) {
      const isSame = await sample.run(strict);
      if (!(await isSame(relaxed))) differing.push(sample.name);
    }
    expect(differing.length).toBeGreaterThan(2);
  });

  test.runIf(hasTurbo())("compares code of V8's baseline compiler with code of its optimizing one", () => {
    const compiled = traceOfCheck("wasm-compilation-times").matchAll(/(\w+)#(\d+) using (\w+)/g);
    const functions = new Map<string, Set<string>>();
    for (const [, module, index, compiler] of compiled) {
      const key = `${compiler} in ${module}`;
      functions.set(key, (functions.get(key) ?? new Set()).add(index!));
    }
    expect([...functions.keys()].map((key) => key.split(" ")[0]).sort()).toEqual(["Liftoff", "TurboFan"]);
    const [baseline, optimized] = [...functions.values()] as [Set<string>, Set<string>];
    expect(baseline.size).toBeGreaterThanOrEqual(Object.keys(kernels).length);
    expect(optimized).toEqual(baseline);
  });

  // V8 fuses to instructions of AVX2, and to none elsewhere.
  test.runIf(hasTurbo() && process.arch === "x64")("has instructions fused", () => {
    expect(traceOfCheck("wasm-revectorize")).toMatch(/DecideVectorize \d+: Save: [1-9]/);
  });

  test.runIf(hasTurbo())("finds no difference on this machine, strict and relaxed", async () => {
    expect(await differenceByTurbo("strict")).toBeUndefined();
    if (isVariantSupported("relaxed")) expect(await differenceByTurbo("relaxed")).toBeUndefined();
  });
});
