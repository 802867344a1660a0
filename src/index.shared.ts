/** The public names that need nothing of the platform. */
export {
  type Calibration,
  type ProductTiming,
  parseCalibration,
  productNsPerToken,
} from "./calibration/calibration.ts";
export { measureCalibration } from "./calibration/measure.ts";
export { type TimedTraining, trainingTime, widthOf } from "./calibration/training-time.ts";
export {
  decoder,
  type ModelConfig,
  parseRunConfig,
  type RunConfig,
  type RunConfigInput,
  type Variant,
  vit,
} from "./core/config.ts";
export * from "./core/errors.ts";
export type { RunEvent, RunResult, RunStatus } from "./core/record.ts";
export { VERSION } from "./core/version.ts";
export { imageSource, type LabelledImages, parseCifar, parseIdx } from "./data/images.ts";
export type { DataSource, ImageSource, TokenSource } from "./data/source.ts";
export { syntheticImages, syntheticText } from "./data/synthetic.ts";
export { textSource } from "./data/text.ts";
export { createInlineEngine } from "./engine/inline.ts";
export type { Engine } from "./engine/protocol.ts";
export * from "./fit/index.ts";
export { createMemory, instantiateKernels, type KernelInstance } from "./kernels/abi.ts";
export { references } from "./kernels/reference/index.ts";
export { type KernelName, kernels, TILE } from "./kernels/registry.ts";
export { compileKernels, isVariantSupported } from "./kernels/variant.ts";
export { blockWeights, nonzeroBlockWeights } from "./models/count.ts";
export { countParameters } from "./models/parameters.ts";
export { buildReport, type ReportInput } from "./report/report.ts";
export type { ReportedRun } from "./report/runs.ts";
export { cubicRamp, meanDensity } from "./sparsity/schedule.ts";
export { createMemoryStore } from "./store/memory-store.ts";
export { decodeSafetensors, encodeSafetensors } from "./store/safetensors.ts";
export type { Checkpoint, RunStore } from "./store/store.ts";
export { type StopSignal, type TrainInputs, trainModel } from "./train/trainer.ts";
