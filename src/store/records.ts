/**
 * Configurations, events and results as JSON text. JSON has no NaN: it is written as null, and no field of an event or a result is
 * ever null itself.
 */
import { z } from "zod";
import { FormatError } from "../core/errors.ts";
import type { RecordedConfig, RunEvent, RunResult } from "../core/record.ts";
import { parseWith } from "../core/schema.ts";

const chosen = z.looseObject({ kind: z.string() });

/** What every run's configuration has, whatever parts it names: a record can be read where they are not known. */
const recordedConfigSchema = z.looseObject({
  name: z.string().optional(),
  seed: z.number(),
  model: z.looseObject({ family: z.string() }),
  data: chosen,
  training: z.looseObject({
    steps: z.number(),
    batchSize: z.number(),
    optimizer: chosen,
    learningRate: chosen,
    clipNorm: z.number().nullable(),
    zLoss: z.number(),
    evalEvery: z.number(),
    evalExamples: z.number(),
    checkpointEvery: z.number(),
  }),
  sparsity: z.looseObject({
    final: z.number(),
    pattern: chosen,
    switchDensity: z.union([z.literal("measured"), z.number()]),
  }),
  variant: z.enum(["strict", "relaxed"]),
});

/**
 * A run's configuration as its record holds it.
 *
 * @throws {FormatError} where the text is not JSON
 * @throws {ConfigError} where it is not a run's configuration
 */
export function parseConfig(text: string, file: string): RecordedConfig {
  return parseWith(recordedConfigSchema, parseJson(text, file), file);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = `file must be JSON; got "${(cause as Error).message}". Remove it to start the run anew.`;
    throw new FormatError(file, problem, { cause });
  }
}

export const formatEvent = (event: RunEvent) => `${JSON.stringify(event)}\n`;
export const formatResult = (result: RunResult) => `${JSON.stringify(result, null, 2)}\n`;

/**
 * Every whole line's event; what follows the last line break is a write that was cut short, and is left out.
 *
 * @throws {FormatError} naming the line that is not an event
 */
export function parseEvents(text: string, file: string): RunEvent[] {
  const lines = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  return lines.map((line, i) => {
    const event = parseRecord(line);
    if (typeof event?.type === "string" && typeof event.step === "number") return event as unknown as RunEvent;
    throw new FormatError(
      file,
      `line must be an event with type and step; got ${line.slice(0, 80)}. Remove the line to read the rest.`,
      { record: i + 1 },
    );
  });
}

/** @throws {FormatError} where the text is not a result */
export function parseResult(text: string, file: string): RunResult {
  const result = parseRecord(text);
  if (result?.type === "result" && typeof result.id === "string") return result as unknown as RunResult;
  throw new FormatError(
    file,
    `file must be a run's result; got ${JSON.stringify(text.slice(0, 80))}. Remove it to run again.`,
  );
}

function parseRecord(text: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record !== "object" || record === null || Array.isArray(record)) return undefined;
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, value ?? Number.NaN]));
  } catch {
    return undefined;
  }
}

/** The events up to the checkpoint of `step`: training goes on from there and writes the later ones again. */
export function eventsUntilCheckpoint(events: readonly RunEvent[], step: number): RunEvent[] {
  const last = events.findLastIndex((event) => event.type === "checkpoint" && event.step === step);
  return events.slice(0, last + 1);
}
