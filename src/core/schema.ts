/** Words a schema's complaints in the house grammar of errors. */
import type { z } from "zod";
import { ConfigError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { childValue, conditionOf, defaultOf, keysOf, schemaAt } from "./outline.ts";

type Path = readonly PropertyKey[];

/** A relation between settings that does not hold: what `key` must be, what it is, and what to do. */
export type BrokenRelation = readonly [key: string, condition: string, got: unknown, remedy: string];

/** Where a document came from, in messages: its name, and the line of each key where it has lines. */
export interface Origin {
  readonly name: string;
  /** 1-based line of the key at `path`, or of the nearest mapping around it. */
  lineOf?(path: Path): number | undefined;
}

/** `name` or `name:line`: the place that an error message starts with. */
export function placeOf(source: string | Origin, path: Path): string {
  if (typeof source === "string") return source;
  const line = source.lineOf?.(path);
  return line === undefined ? source.name : `${source.name}:${line}`;
}

/**
 * Parses `input` with `schema`.
 *
 * @param source what to name in messages, e.g. the file's path
 * @throws {ConfigError} one line for each problem: key, condition, value, remedy
 */
export function parseWith<S extends z.ZodType>(schema: S, input: unknown, source: string | Origin): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => describe(issue, schema, input));
  const misspelt = new Set(problems.map((problem) => problem.meant));
  const lines = problems
    .filter((problem) => !misspelt.has(keyOf(problem.path)))
    .map((problem) => `${placeOf(source, problem.path)}: ${problem.text}`);
  throw new ConfigError(lines.join("\n"));
}

interface Problem {
  readonly path: Path;
  readonly text: string;
  /** The key that a misspelt one stands for: its absence is not a second problem. */
  readonly meant?: string | undefined;
}

const keyOf = (path: Path) => (path.length === 0 ? "the configuration" : path.map(String).join("."));

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, input: unknown): Problem[] {
  if (issue.code === "unrecognized_keys") {
    const mapping = issue.path.reduce(childValue, input);
    const known = keysOf(schemaAt(schema, issue.path, input) ?? schema, mapping);
    return issue.keys.map((key) => unknownKey(issue.path, key, known));
  }
  const got = issue.path.reduce(childValue, input);
  const wanted = schemaAt(schema, issue.path, input);
  const condition = optionsOf(issue) ?? (wanted ? conditionOf(wanted) : issue.message);
  const remedy = got === undefined ? "Add it." : (correction(got, condition) ?? fallback(wanted));
  return [
    { path: issue.path, text: `${keyOf(issue.path)} must be ${condition}; got ${show(got)}. ${remedy}`.trimEnd() },
  ];
}

function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const full = [...path, key];
  const meant = nearest(key, known);
  const remedy = meant ? `Did you mean ${meant}?` : `Known keys: ${known.join(", ")}.`;
  return {
    path: full,
    text: `${keyOf(full)} must be a known key; got ${key}. ${remedy}`,
    meant: meant && keyOf([...path, meant]),
  };
}

/** The choices of an enumeration or of a discriminator, as a condition. */
function optionsOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === "invalid_value") return issue.values.map(String).join(" or ");
  if (issue.code === "invalid_union" && "options" in issue)
    return (issue.options as unknown[]).map(String).join(" or ");
  return undefined;
}

/** What the user probably meant to write. */
function correction(got: unknown, condition: string): string | undefined {
  const percent = Number.parseFloat(String(got));
  if (/[[(]0, 1[\])]/.test(condition) && percent > 1 && percent <= 100)
    return `Write ${percent / 100} for ${percent} %.`;
  if (typeof got !== "string") return undefined;
  const number = numberMeant(got);
  if (/\d/.test(got) && !Number.isNaN(number)) return `Write ${number}, without quotes or separators.`;
  const meant = nearest(got, condition.split(" or "));
  return meant && `Did you mean ${meant}?`;
}

/** Without separators of thousands; a comma that cannot be one is a decimal comma. */
function numberMeant(text: string): number {
  const plain = text.replaceAll(/[_' ]/g, "");
  const isGrouped = /^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(plain);
  return Number(isGrouped ? plain.replaceAll(",", "") : plain.replace(",", "."));
}

function fallback(schema: z.core.$ZodType | undefined): string {
  const value = schema && defaultOf(schema);
  return value === undefined || value === "none" ? "Change it." : `Leave it out for the default, ${value}.`;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/**
 * One line for each relation that does not hold.
 *
 * @throws {ConfigError} where there is any
 */
export function assertRelations(broken: Iterable<BrokenRelation>, source: string | Origin): void {
  const lines = [...broken].map(
    ([key, condition, got, remedy]) =>
      `${placeOf(source, key.split("."))}: ${key} must be ${condition}; got ${got}. ${remedy}`,
  );
  if (lines.length > 0) throw new ConfigError(lines.join("\n"));
}

/** Relations of one part of a configuration, with their keys named from the top. */
export function* under(section: string, broken: Iterable<BrokenRelation>): Generator<BrokenRelation> {
  for (const [key, ...rest] of broken) yield [`${section}.${key}`, ...rest];
}
