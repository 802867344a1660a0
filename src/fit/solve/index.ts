/** From a problem to its optima. */
export { RESIDUALS } from "./choices.ts";
export { type End, minimiseWith, minimiseWithin } from "./constrained.ts";
export type { Minimum, Objective } from "./minimise.ts";
export { distinctOptima, type LocalOptimum, solveStarts } from "./multi-start.ts";
export { huber, residualOf, residualSlope } from "./objective.ts";
export { openPowerKernel } from "./power-kernel.ts";
export { type FitProblem, objectivesOf } from "./problem.ts";
export { checkBounds, type FitSettings, settingsOf } from "./settings.ts";
export { startPoint } from "./starts.ts";
