/**
 * Writes the unrolled micro-kernels, which AssemblyScript has no macros for, as `assembly/**\/*.generated.ts`.
 * Everything else in `assembly/` is written by hand.
 */
