/** sparselaw in Node: training, sweeps, fits and reports on files and directories. */
export type { SweepConfigInput } from "./config/sweep-config.ts";
export { type DoctorReport, doctor } from "./doctor/doctor.ts";
export { createEngine } from "./engine/engine.ts";
export { type FitPool, openFitPool, tasksOnPool } from "./fit/fit-pool.ts";
export * from "./index.shared.ts";
export { writeReport } from "./report/write.ts";
export { loadData } from "./sources/node.ts";
export { listRuns, openRun, readEvents } from "./store/run-directory.ts";
export { sweep } from "./sweep/node.ts";
export type { SweepEvent, SweepSummary } from "./sweep/run.ts";
export { type TrainOptions, train } from "./train/node.ts";
