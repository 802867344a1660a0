/** Words a schema's complaints in the house grammar of errors. */
import type { z } from "zod";
import { ConfigError } from "./errors.ts";

/**
 * Parses `input` with `schema`.
 *
 * @param source what to name in messages, e.g. the file's path
 * @throws {ConfigError} one line for each problem: key, condition, value, remedy
 */
export function parseWith<S extends z.ZodType>(schema: S, input: unknown, source: string): z.infer<S> {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${source}: ${describe(issue)}`).join("\n"));
}

function describe(issue: z.core.$ZodIssue): string {
  const key = issue.path.map(String).join(".");
  return `${key}: ${issue.message}`;
}
