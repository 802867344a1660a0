/** What a table leaves open of its fit. */
export { type BootstrapPlan, type Replicate, solveReplicates } from "./bootstrap.ts";
export { identify } from "./identification.ts";
export { predictLeftOut } from "./leave-one-out.ts";
export { type ProfilePlan, refitsAcross, solveProfile } from "./profile.ts";
export { chiSquareMedian, fQuantile, intervalOf, quantile } from "./quantiles.ts";
export type * from "./uncertainty.ts";
