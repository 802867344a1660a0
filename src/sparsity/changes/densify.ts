import type { Parameter } from "../../memory/parameter.ts";
import { adoptMask } from "../adopt-mask.ts";
import { bytesAt, type Pruner, stagingOf } from "../pruner.ts";

/**
 * Every weight is trained again, stored dense; those that come back start at 0 in every plane.
 *
 * Source    Peste et al. 2021, "AC/DC: Alternating Compressed/DeCompressed Training"
 */
export function densify(pruner: Pruner, parameter: Parameter): void {
  bytesAt(pruner, stagingOf(pruner, parameter).mask, parameter.size).fill(1);
  adoptMask(pruner, parameter, "dense");
}
