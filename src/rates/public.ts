export type { RateSchemas } from "./index.ts";
export { brokenWarmup, defineRate, type Rate, warmingUp, warmupKeys, withPeak } from "./rate.ts";
