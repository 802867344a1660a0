/** A learned position table: neither pruned nor decayed. */
import type { Declare, Parameter } from "../memory/parameter.ts";

/** (positions, features) */
export function declarePositions(declare: Declare, name: string, positions: number, features: number): Parameter {
  return declare({
    name,
    rows: positions,
    cols: features,
    role: "plain",
    isLinear: false,
    hasWeightDecay: false,
    initialDeviation: 1 / Math.sqrt(features),
    initialMean: 0,
  });
}
