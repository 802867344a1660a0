import { compileKernels } from "../../src/kernels/variant.ts";

/** The build under test. */
export const strictModule = await compileKernels("strict");
