import { expect, test } from "vitest";
import { missingExports } from "../../src/kernels/abi.ts";
import { wasmBase64 } from "../../src/kernels/wasm.generated.ts";
import { describeBuilds } from "./module.ts";

const IMPORT = 2;
const GLOBAL = 6;
const START = 8;
const DATA = 11;

/** Section ids of a wasm binary, in order (WebAssembly core specification, 5.5). */
function sectionIds(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    ids.push(bytes[at++]!);
    let [size, shift] = [0, 0];
    for (let more = true; more; shift += 7) {
      size |= (bytes[at]! & 0x7f) << shift;
      more = (bytes[at++]! & 0x80) !== 0;
    }
    at += size;
  }
  return ids;
}

describeBuilds((module, variant) => {
  const bytes = Buffer.from(wasmBase64[variant], "base64");

  test("has no data, no globals and no start function: two instances on one memory cannot disturb each other", () => {
    const ids = sectionIds(bytes);
    expect(ids).toContain(IMPORT);
    for (const id of [DATA, GLOBAL, START]) expect(ids).not.toContain(id);
  });

  test("imports a memory and nothing else, and exports every kernel of the registry", () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
    expect(missingExports(module)).toEqual([]);
  });
});
