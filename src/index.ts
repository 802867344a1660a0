/** sparselaw in Node: training, sweeps, fits and reports on files and directories. */
export { loadData } from "./data/node.ts";
export { type DoctorReport, doctor } from "./doctor/doctor.ts";
export { createEngine } from "./engine/engine.ts";
export { tasksOnPool } from "./fit/pool.ts";
export * from "./index.shared.ts";
export { writeReport } from "./report/write.ts";
export { listRuns, openRun, readEvents } from "./store/run-directory.ts";
export type { SweepConfigInput } from "./sweep/config.ts";
export { sweep } from "./sweep/node.ts";
export type { SweepEvent, SweepSummary } from "./sweep/run.ts";
export { type TrainOptions, train } from "./train/node.ts";
