/** Flags that the benchmarks share, and the errors of those that do not parse. */
import { parseArgs } from "node:util";

export interface Flag {
  readonly type: "string" | "boolean";
  readonly help: string;
}

/** What was given, by name. */
type Given<F extends Readonly<Record<string, Flag>>> = {
  readonly [K in keyof F]?: F[K]["type"] extends "string" ? string : boolean;
};

/** Parses `process.argv` by `flags`; prints usage and leaves for --help, and one line with code 2 for a mistake. */
export function parseFlags<const F extends Readonly<Record<string, Flag>>>(command: string, flags: F): Given<F> {
  const usage = Object.entries({ ...flags, help: { type: "boolean", help: "print this" } as Flag })
    .map(([name, { type, help }]) => `  --${`${name}${type === "string" ? " <…>" : ""}`.padEnd(18)} ${help}`)
    .join("\n");
  const options = Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, { type }]));
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: "boolean" } } });
    if (values.help !== true) return values as Given<F>;
    console.log(`${command}\n\n${usage}`);
    process.exit(0);
  } catch (error) {
    return fail(`${(error as Error).message.split(". ")[0]}. See ${command} --help.`);
  }
}

/** A comma-separated flag as a list of `allowed` values; all of them where it was not given. */
export function listOf<T extends string | number>(
  flag: string,
  given: string | boolean | undefined,
  allowed: readonly T[],
): T[] {
  if (typeof given !== "string") return [...allowed];
  return given.split(",").map((text) => {
    const value = allowed.find((candidate) => String(candidate) === text.trim());
    return value ?? fail(`--${flag} must be of ${allowed.join(", ")}; got ${text}. Choose from these.`);
  });
}

/** A positive whole number. */
export function countOf(flag: string, given: string | boolean | undefined, otherwise: number): number {
  if (typeof given !== "string") return otherwise;
  const value = Number(given);
  return Number.isInteger(value) && value > 0
    ? value
    : fail(`--${flag} must be a positive integer; got ${given}. Change it.`);
}

/** A comma-separated flag as a list of positive whole numbers. */
export function countsOf(flag: string, given: string | boolean | undefined, otherwise: readonly number[]): number[] {
  return typeof given === "string" ? given.split(",").map((text) => countOf(flag, text, 0)) : [...otherwise];
}

export function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
