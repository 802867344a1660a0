/** What this JavaScript engine's WebAssembly can do. Runs in browsers too. */
import { createMemory, MAX_MEMORY_BYTES } from "../kernels/abi.ts";

/** `i8x16.popcnt(i8x16.splat(0))` */
const SIMD_MODULE = "AGFzbQEAAAABBQFgAAF7AwIBAAoKAQgAQQD9D/1iCw==";
/** `i8x16.relaxed_swizzle(i8x16.splat(1), i8x16.splat(2))` */
const RELAXED_SIMD_MODULE = "AGFzbQEAAAABBQFgAAF7AwIBAAoPAQ0AQQH9D0EC/Q/9gAIL";
/** `drop(i32.atomic.load(0))` of a shared memory */
const THREADS_MODULE = "AGFzbQEAAAABBAFgAAADAgEABQQBAwEBCgsBCQBBAP4QAgAaCw==";

const MEMORY_STEP_BYTES = 2 ** 28;

export function hasSimd(): boolean {
  return validates(SIMD_MODULE);
}

export function hasRelaxedSimd(): boolean {
  return validates(RELAXED_SIMD_MODULE);
}

/** Atomics and a memory that may be shared: always in Node, in browsers only where the page is cross-origin isolated. */
export function hasThreads(): boolean {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? true;
  return isolated && typeof SharedArrayBuffer === "function" && validates(THREADS_MODULE);
}

/** The largest shared memory that can be had, in steps of 256 MiB. Address space only: no page of it is touched. */
export function largestMemoryBytes(): number {
  for (let bytes = MAX_MEMORY_BYTES; bytes > 0; bytes -= MEMORY_STEP_BYTES) if (canAllocate(bytes)) return bytes;
  return 0;
}

function canAllocate(bytes: number): boolean {
  try {
    createMemory(bytes);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function validates(base64: string): boolean {
  return WebAssembly.validate(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
}
