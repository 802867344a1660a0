import type { ElementType, KernelName, kernels } from "../registry.ts";

/** What the f64 twins see in place of f32 and f64 memory, i32 memory and bytes. */
export type ReferenceArray = { f32: Float64Array; f64: Float64Array; i32: Int32Array; u8: Uint8Array };

type Args<K extends KernelName> = (typeof kernels)[K]["args"];
type ArrayOf<Spec> = Spec extends `${string} ${infer E extends ElementType}` ? ReferenceArray[E] : never;

/**
 * The slow, clear twin of kernel K: the same arguments with typed arrays in place of pointers, every sum in f64. Judges the
 * wasm kernel in the contract tests and carries the gradient checks.
 */
export type Reference<K extends KernelName> = (begin: number, end: number, args: ReferenceArgs<K>) => void;

export type ReferenceArgs<K extends KernelName> = {
  readonly [A in keyof Args<K> as Args<K>[A] extends "scratch" ? never : A]: Args<K>[A] extends "int" | "float"
    ? number
    : Args<K>[A] extends `${string}? ${string}`
      ? ArrayOf<Args<K>[A]> | null
      : ArrayOf<Args<K>[A]>;
};
