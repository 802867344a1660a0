/**
 * The options of a command as one table. From it follow what commander parses, the type of what a command receives, and the tables
 * of docs/cli.md, so that none of them can forget an option.
 */
import { Option } from "commander";

/** An option that gives a command a `T`. */
export interface Flag<T> {
  readonly help: string;
  /** What follows its name, such as `<n>`; nothing follows a switch. */
  readonly placeholder?: string;
  /** @throws {InvalidArgumentError} for text that is no value */
  readonly parse?: (text: string) => unknown;
  readonly choices?: readonly string[];
  readonly isRepeatable?: boolean;
  readonly isRequired?: boolean;
  /** Help of the option that says the opposite, `--no-…`; without it there is none. */
  readonly opposite?: string;
  /** The key of an option that it may not stand beside. */
  readonly conflictsWith?: string;
  /** Where the option is not given. */
  readonly otherwise?: T;
  /** The same in words, where it depends on the machine, on other options or on a file. */
  readonly otherwiseText?: string;
}

/** Options by key: `dryRun` is `--dry-run`. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** What a command receives of its options; undefined where one is not given and has no default. */
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

/** On where it is given. */
export const toggle = (help: string): Flag<boolean> => ({ help, otherwise: false });

/** On where it is given, off where `--no-…` is; undefined where neither. */
export const either = (help: string, opposite: string, otherwiseText: string): Flag<boolean | undefined> => ({
  help,
  opposite,
  otherwiseText,
});

/** A value that `parse` makes of the text. */
export const value = <T>(placeholder: string, help: string, parse: (text: string) => T): Flag<T | undefined> => ({
  placeholder,
  help,
  parse,
});

export const text = (placeholder: string, help: string): Flag<string | undefined> => ({ placeholder, help });

export const oneOf = <const T extends string>(
  placeholder: string,
  help: string,
  choices: readonly T[],
): Flag<T | undefined> => ({ placeholder, help, choices });

/** What may be given several times. */
export const repeated = <T>(placeholder: string, help: string, parse: (text: string) => T): Flag<readonly T[]> => ({
  placeholder,
  help: `${help} (repeatable)`,
  parse,
  isRepeatable: true,
  otherwise: [],
});

/** The same option with a value where it is not given. */
export const withDefault = <T>(flag: Flag<T>, otherwise: T & {}, otherwiseText?: string): Flag<T & {}> => ({
  ...(flag as Flag<T & {}>),
  otherwise,
  ...(otherwiseText !== undefined && { otherwiseText }),
});

/** The same option, with words for what holds where it is not given. */
export const otherwiseAs = <T>(flag: Flag<T>, otherwiseText: string): Flag<T> => ({ ...flag, otherwiseText });

/** The same option, which must be given. */
export const required = <T>(flag: Flag<T>): Flag<T & {}> => ({ ...(flag as Flag<T & {}>), isRequired: true });

/** `dryRun` as users write it: `--dry-run`. */
export const optionName = (key: string): string => `--${kebab(key)}`;

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** As commander has it: one option, or two where there is an opposite. */
export function optionsOf(key: string, flag: Flag<unknown>): Option[] {
  const option = optionOf(key, flag);
  return flag.opposite === undefined ? [option] : [option, new Option(`--no-${kebab(key)}`, flag.opposite)];
}

function optionOf(key: string, flag: Flag<unknown>): Option {
  const option = new Option(
    `${optionName(key)}${flag.placeholder === undefined ? "" : ` ${flag.placeholder}`}`,
    flag.help,
  );
  const { parse } = flag;
  if (flag.choices !== undefined) option.choices(flag.choices);
  if (parse !== undefined)
    option.argParser((text, before) => (flag.isRepeatable ? [...(before as unknown[]), parse(text)] : parse(text)));
  option.default(flag.otherwise, flag.otherwiseText);
  if (flag.conflictsWith !== undefined) option.conflicts(flag.conflictsWith);
  return option.makeOptionMandatory(flag.isRequired ?? false);
}
