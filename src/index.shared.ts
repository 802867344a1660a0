/** The public names that need nothing of the platform. */
export { z } from "zod";
export {
  type Calibration,
  type ProductTiming,
  parseCalibration,
  productNsPerToken,
} from "./calibration/calibration.ts";
export { measureCalibration } from "./calibration/measure.ts";
export { type TimedTraining, trainingTime, widthOf } from "./calibration/training-time.ts";
export { register } from "./config/parts.ts";
export {
  parseRunConfig,
  type RunConfig,
  type RunConfigInput,
} from "./config/run-config.ts";
export * from "./core/errors.ts";
export type { RecordedConfig, RunEvent, RunResult, RunStatus, Variant } from "./core/record.ts";
export { VERSION } from "./core/version.ts";
export { createInlineEngine } from "./engine/inline.ts";
export type { Engine } from "./engine/protocol.ts";
export { blockWeights, countParameters, nonzeroBlockWeights } from "./families/count.ts";
export * from "./families/public.ts";
export * from "./fit/index.ts";
export { createMemory, instantiateKernels, type KernelInstance } from "./kernels/abi.ts";
export { references } from "./kernels/reference/index.ts";
export { type KernelName, kernels, TILE } from "./kernels/registry.ts";
export { compileKernels, isVariantSupported } from "./kernels/variant.ts";
export * from "./methods/public.ts";
export * from "./optimizers/public.ts";
export * from "./rates/public.ts";
export type { ReportedRun } from "./report/data/reported-runs.ts";
export { buildReport, type ReportInput } from "./report/report.ts";
export * from "./sources/public.ts";
export * from "./sparsity/public.ts";
export { createMemoryStore } from "./store/memory-store.ts";
export { decodeSafetensors, encodeSafetensors } from "./store/safetensors.ts";
export type { Checkpoint, RunStore } from "./store/store.ts";
export { type StopSignal, type TrainInputs, trainModel } from "./train/trainer.ts";
