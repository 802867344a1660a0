/** Turbo as a command line asks for it. */
import type { Variant } from "../core/record.ts";
import { turboVerdict } from "../doctor/turbo.ts";
import { enableTurbo, hasTurbo } from "../kernels/turbo.ts";
import type { Output } from "./output.ts";

/**
 * Turns it on where it is asked for, or where nothing is said and a check has found that it changes no bit.
 *
 * @returns whether it is on
 * @throws {StateError} where it is asked for and cannot be had
 */
export async function chooseTurbo(asked: boolean | undefined, variant: Variant, output: Output): Promise<boolean> {
  const { isSafe, reason } = asked === undefined ? await turboVerdict(variant) : { isSafe: asked, reason: "" };
  if (asked === undefined && !isSafe && hasTurbo())
    output.warn(`turbo is off: ${reason}. Turn it on all the same with --turbo, or silence this with --no-turbo.`);
  if (isSafe) enableTurbo();
  return isSafe;
}
