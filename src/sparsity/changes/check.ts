import { StateError } from "../../core/errors.ts";
import type { Parameter } from "../../memory/parameter.ts";

/** @throws {StateError} where a count of a change is not a whole number between `from` and `to` */
export function checkCount(
  { name, nonzeros, size }: Parameter,
  argument: string,
  count: number,
  { from, to }: { from: number; to: number },
): void {
  if (Number.isInteger(count) && from <= count && count <= to) return;
  throw new StateError(
    `${name}: ${argument} must be a whole number from ${from} to ${to}; got ${count}. It keeps ${nonzeros} of ${size} weights now.`,
  );
}
