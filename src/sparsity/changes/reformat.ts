import type { Format, Parameter } from "../../memory/parameter.ts";
import { adoptMask } from "../adopt-mask.ts";
import { bytesAt, type Pruner, stagingOf, writeMask } from "../pruner.ts";

/**
 * Stores a weight in `format`, its mask unchanged. In between it may be dense for the sake of a step's full gradient.
 *
 * @throws {StateError} where the plan has no room for its non-zeros in `format`
 */
export function reformat(pruner: Pruner, parameter: Parameter, format: Format): void {
  writeMask(pruner, parameter, bytesAt(pruner, stagingOf(pruner, parameter).mask, parameter.size));
  adoptMask(pruner, parameter, format);
}
