/** What this machine has, as far as training on it is concerned. Node only; what browsers share is in the files beside. */
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { hasRelaxedSimd, hasSimd, hasThreads, largestMemoryBytes } from "./features.ts";
import { measureGemmGflops } from "./peak.ts";
import { turboVerdict } from "./turbo.ts";

/** Flat, so that it prints as a table and as one line of JSON. */
export interface DoctorReport {
  readonly node: string;
  readonly v8: string;
  /** Operating system and instruction set. */
  readonly platform: string;
  readonly cpu: string;
  /** Cores that this process may use. */
  readonly cores: number;
  readonly simd: boolean;
  /** False: only the `strict` variant runs. */
  readonly relaxedSimd: boolean;
  /** What was found of V8's revectorizer, which the command line turns on where every kernel keeps its bits. */
  readonly turbo: string;
  /** False: runs have one thread. */
  readonly threads: boolean;
  readonly totalMemoryBytes: number;
  /** What a process may still take, limits of a container included. */
  readonly freeMemoryBytes: number;
  /** What one run may take: one WebAssembly memory. */
  readonly largestRunBytes: number;
  /** `f32_gemm` on one thread, see `measureGemmGflops`; null where the variant does not run. */
  readonly strictGflops: number | null;
  readonly relaxedGflops: number | null;
}

/** Looks at the machine; takes about a second, most of it measuring. */
export async function doctor(): Promise<DoctorReport> {
  const [simd, relaxedSimd, threads] = [hasSimd(), hasRelaxedSimd(), hasThreads()];
  const turbo = simd && threads ? await turboVerdict("strict") : undefined;
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    simd,
    relaxedSimd,
    turbo: turbo?.reason ?? "nothing: the kernels do not run here",
    threads,
    totalMemoryBytes: totalmem(),
    freeMemoryBytes: process.availableMemory?.() ?? freemem(),
    largestRunBytes: largestMemoryBytes(),
    strictGflops: simd && threads ? await gflops("strict") : null,
    relaxedGflops: relaxedSimd && threads ? await gflops("relaxed") : null,
  };
}

/** To a tenth: the machine's other work moves more than that. */
async function gflops(variant: "strict" | "relaxed"): Promise<number> {
  return Math.round((await measureGemmGflops(variant)) * 10) / 10;
}
