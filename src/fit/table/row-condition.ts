/** Conditions on rows: one comparison of two expressions, such as "loss < 4" or "data >= 20*nonzero". */
import { ConfigError } from "../../core/errors.ts";
import { parseExpression } from "../laws/index.ts";

export interface Condition {
  readonly text: string;
  /** The names it reads. */
  readonly names: readonly string[];
  holds(value: (name: string) => number): boolean;
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** Names in back-ticks may hold any character, comparisons too. */
const TOKENS = /`[^`]*`|<=|>=|==|!=|<|>/g;

/**
 * Reads a condition.
 *
 *     parseCondition("loss < 4").holds((name) => row[name])
 *
 * @throws {ConfigError} where there is not exactly one comparison, or for a faulty expression
 */
export function parseCondition(text: string): Condition {
  const found = [...text.matchAll(TOKENS)].filter(([token]) => !token.startsWith("`"));
  const [comparison] = found;
  if (comparison === undefined || found.length > 1)
    throw new ConfigError(
      `\`where\`: condition must be one comparison, <, <=, >, >=, == or !=, of two expressions; got ${JSON.stringify(text)}. ` +
        "Several conditions are several `where`.",
    );
  const [operator] = comparison;
  const left = parseExpression(text.slice(0, comparison.index));
  const right = parseExpression(text.slice(comparison.index + operator.length));
  return {
    text: text.trim(),
    names: [...new Set([...left.names, ...right.names])],
    holds: (value) => comparisons[operator]!(left.evaluate(value), right.evaluate(value)),
  };
}
