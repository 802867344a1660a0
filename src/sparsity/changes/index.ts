/** What can happen to a mask, as data, and the one place where it is carried out. */
import type { Format, Parameter } from "../../memory/parameter.ts";
import type { Moment } from "../moment.ts";
import type { Pruner } from "../pruner.ts";
import { densify } from "./densify.ts";
import { type Prune, prune } from "./prune.ts";
import { reformat } from "./reformat.ts";
import { type Regrow, regrow } from "./regrow.ts";

export type MaskChange =
  | ({ readonly kind: "prune" } & Prune)
  | ({ readonly kind: "regrow" } & Regrow)
  | { readonly kind: "densify" }
  | { readonly kind: "reformat"; readonly format: Format };

/**
 * Carries a change out on one weight, all its planes with it.
 *
 * @throws {StateError} where the weight has no such change before it, or its plan no room; it is then as it was
 * @throws {DivergenceError} where a score comes of a weight or gradient that is not finite
 */
export function changeMask(pruner: Pruner, parameter: Parameter, change: MaskChange, moment: Moment): void {
  switch (change.kind) {
    case "prune":
      prune(pruner, parameter, change, moment);
      break;
    case "regrow":
      regrow(pruner, parameter, change, moment);
      break;
    case "densify":
      densify(pruner, parameter);
      break;
    case "reformat":
      reformat(pruner, parameter, change.format);
      break;
    default:
      change satisfies never;
  }
}
