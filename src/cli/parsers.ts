/** Values out of the text of options. */
import { InvalidArgumentError } from "commander";

/** A parser of numbers that meet a condition. */
export function numberWhere(condition: string, isValid: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!isValid(value)) throw new InvalidArgumentError(`It must be ${condition}.`);
    return value;
  };
}

export const positiveInteger = numberWhere("a positive integer", (value) => Number.isSafeInteger(value) && value > 0);

export const nonnegativeInteger = numberWhere(
  "an integer of at least 0",
  (value) => Number.isSafeInteger(value) && value >= 0,
);

export const positiveNumber = numberWhere(
  "a positive number",
  (value) => value > 0 && value < Number.POSITIVE_INFINITY,
);

/** A parser of numbers with commas between. */
export const numbersOf =
  (number: (text: string) => number) =>
  (text: string): readonly number[] =>
    text.split(",").map((part) => number(part));
