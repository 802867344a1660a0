/** Schemas of a part that is chosen by name: one mapping of several, and keys that came after the first run ids. */
import { z } from "zod";

/** A part of a configuration: its name under `K`, and settings that only the part itself reads. */
export type Choice<K extends string> = { readonly [key in K]: string } & { readonly [setting: string]: unknown };

/** A mapping whose `key` is its own name: `z.strictObject({ [key]: z.literal(name), … })`. */
export type Option = z.ZodObject;

/** One of several mappings, told apart by the name under `key`. */
export function choice(key: string, options: readonly Option[]): z.ZodType {
  return z.discriminatedUnion(key, options as unknown as [Option, ...Option[]]);
}

/**
 * The same with a name that is meant where none is given, and keys that all of the mappings have.
 *
 * @param shared those keys, which documentation states once
 */
export function choiceWithDefault(
  key: string,
  options: readonly Option[],
  { otherwise, shared }: { readonly otherwise: string; readonly shared: readonly string[] },
): z.ZodType {
  const complete = (input: unknown) =>
    typeof input === "object" && input !== null && !Array.isArray(input) && !(key in input)
      ? { [key]: otherwise, ...input }
      : input;
  return z.preprocess(complete, choice(key, options)).meta({ otherwise, shared });
}

/**
 * A key that configurations did not have from the start. It tells two runs apart only where it is not what runs before it did, so
 * that those keep their ids.
 *
 * @param before its value in the runs from before it existed
 */
export function later<S extends z.ZodType>(schema: S, before: z.output<S>): S {
  return schema.meta({ ...schema.meta(), before });
}

/** A key whose default follows from other settings. @param words the default, in documentation and messages */
export function derivedDefault<S extends z.ZodType>(schema: S, words: string): z.ZodOptional<S> {
  const optional = schema.optional();
  return optional.meta({ ...schema.meta(), fallback: words });
}

/** The part of a configuration that is this mapping without some of its keys. */
export function without(option: Option, keys: readonly string[]): Option {
  const kept = Object.entries(option.shape).filter(([key]) => !keys.includes(key));
  return z.strictObject(Object.fromEntries(kept));
}
