export type { PatternSchemas } from "./patterns/index.ts";
export { definePattern, type Pattern } from "./patterns/pattern.ts";
