/** What a figure was measured on. */
import { availableParallelism, cpus } from "node:os";
import { VERSION } from "../../src/core/version.ts";

export function machineLine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    node: process.versions.node,
    version: VERSION,
    date: new Date().toISOString().slice(0, 10),
  };
}
