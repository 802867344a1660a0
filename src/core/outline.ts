/** What a schema asks for, read off the schema itself: the words of its error messages and of docs/configuration.md. */
import { z } from "zod";
import { canonicalJson } from "./canonical.ts";

type Schema = z.core.$ZodType;
type Path = readonly PropertyKey[];

const definition = (schema: Schema) => (schema as z.core.$ZodTypes)._zod.def;

/** The schema below defaults, optional marks and transformations. */
function bare(schema: Schema): Schema {
  const def = definition(schema);
  if ("innerType" in def) return bare(def.innerType as Schema);
  if (def.type !== "pipe") return schema;
  return bare(definition(def.in).type === "transform" ? def.out : def.in);
}

/** What was noted beside a schema: see core/choice.ts, and `describe`. */
function noted(schema: Schema, key: "before" | "description" | "fallback"): unknown {
  return z.globalRegistry.get(schema as z.ZodType)?.[key];
}

interface ChoiceNotes {
  readonly otherwise?: string;
  readonly shared?: readonly string[];
}

/** What `choiceWithDefault` noted, below defaults and optional marks; nothing for other schemas. */
function choiceNotes(schema: Schema): ChoiceNotes {
  const def = definition(schema);
  if ("innerType" in def) return choiceNotes(def.innerType as Schema);
  return (z.globalRegistry.get(schema as z.ZodType) ?? {}) as ChoiceNotes;
}

/** The condition a value must meet, as it stands after "must be": `a number in [0, 1)`. */
export function conditionOf(schema: Schema): string {
  const def = definition(schema);
  switch (def.type) {
    case "nullable":
      return `${conditionOf(def.innerType)} or null`;
    case "number":
      return numberCondition(def);
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "literal":
      return def.values.map(String).join(" or ");
    case "enum":
      return Object.values(def.entries).map(String).join(" or ");
    case "array":
      return `a list of ${plural(conditionOf(def.element))}`;
    case "union":
      return unionCondition(def);
    case "pipe":
      return conditionOf(bare(schema));
    case "object":
      return `a mapping with the keys ${Object.keys(def.shape).join(", ")}`;
    case "default":
    case "prefault":
    case "optional":
      return conditionOf(def.innerType);
    default:
      return bare(schema) === schema ? def.type : conditionOf(bare(schema));
  }
}

function unionCondition(def: z.core.$ZodUnionDef & { discriminator?: string }): string {
  if (def.discriminator === undefined) return def.options.map(conditionOf).join(" or ");
  return `a mapping with ${def.discriminator}: ${optionNames(def.options, def.discriminator).join(", ")}`;
}

const plural = (condition: string) => condition.replace(/^an? (positive )?(number|integer)/, "$1$2s");

function numberCondition(def: z.core.$ZodNumberDef & { format?: string }): string {
  const noun = def.format === "safeint" ? "integer" : "number";
  const bounds = (def.checks ?? []).map((check) => check._zod.def as z.core.$ZodCheckLessThanDef);
  const low = bounds.find((bound) => (bound.check as string) === "greater_than");
  const high = bounds.find((bound) => bound.check === "less_than");
  const article = noun === "integer" ? "an" : "a";
  if (low && high)
    return `${article} ${noun} in ${low.inclusive ? "[" : "("}${low.value}, ${high.value}${high.inclusive ? "]" : ")"}`;
  if (low && !low.inclusive && low.value === 0) return `a positive ${noun}`;
  if (low) return `${article} ${noun} ${low.inclusive ? "≥" : ">"} ${low.value}`;
  return high ? `${article} ${noun} ${high.inclusive ? "≤" : "<"} ${high.value}` : `${article} ${noun}`;
}

/** The schema of the value at `path`; of several alternatives the one that `input` chose. */
export function schemaAt(schema: Schema, path: Path, input: unknown): Schema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const next = childOf(schema, key, input);
  return next && schemaAt(next, rest, childValue(input, key));
}

function childOf(schema: Schema, key: PropertyKey, input: unknown): Schema | undefined {
  const def = definition(bare(schema));
  if (def.type === "object") return def.shape[String(key)];
  if (def.type === "array") return def.element;
  const chosen = chosenOption(schema, input);
  return chosen && childOf(chosen, key, input);
}

/** Of a union the option that `input` chose. */
function chosenOption(schema: Schema, input: unknown): Schema | undefined {
  const def = definition(bare(schema)) as z.core.$ZodUnionDef & { discriminator?: string };
  if (def.type !== "union") return undefined;
  const { discriminator } = def;
  if (discriminator === undefined) return def.options.find((option) => isContainer(bare(option)));
  const chosen = String(childValue(input, discriminator) ?? choiceNotes(schema).otherwise);
  return def.options.find((option) => literalOf(option, discriminator) === chosen);
}

const isContainer = (schema: Schema) => ["array", "object"].includes(definition(schema).type);

export function childValue(input: unknown, key: PropertyKey): unknown {
  return typeof input === "object" && input !== null ? (input as Record<PropertyKey, unknown>)[key] : undefined;
}

/** The keys of a mapping; none for a schema that is no mapping. */
export function keysOf(schema: Schema, input: unknown): string[] {
  const def = definition(bare(schema));
  if (def.type === "object") return Object.keys(def.shape);
  const chosen = chosenOption(schema, input);
  return chosen ? keysOf(chosen, input) : [];
}

function literalOf(option: Schema, discriminator: string): string {
  const def = definition(bare(option)) as z.core.$ZodObjectDef;
  return String((definition(def.shape[discriminator]!) as z.core.$ZodLiteralDef<string>).values[0]);
}

const optionNames = (options: readonly Schema[], discriminator: string) =>
  options.map((option) => literalOf(option, discriminator));

/** The value that stands in where a key is left out, as YAML; undefined for a key that must be given. */
export function defaultOf(schema: Schema): string | undefined {
  const def = definition(schema);
  if (def.type === "default" || def.type === "prefault") return flow(def.defaultValue);
  if (def.type !== "optional") return undefined;
  return String(noted(schema, "fallback") ?? "none");
}

/** A value as YAML on one line. */
export function flow(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${flow(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** One key of a schema: where it stands, what it takes and what stands in for it. */
export interface OutlineKey {
  /** The mapping it belongs to, e.g. `data (kind: text)`; empty at the top. */
  readonly section: string;
  readonly key: string;
  readonly condition: string;
  readonly default: string | undefined;
}

/** The same with what the key means, as `describe` says it. */
export interface DocumentedKey extends OutlineKey {
  readonly meaning: string | undefined;
}

/** Every key of a schema, in order, mappings before their own keys. */
export function outline(schema: Schema): OutlineKey[] {
  return documentedKeys(schema).map(({ meaning: _meaning, ...key }) => key);
}

/** @param section the place of the schema itself in the whole */
export function documentedKeys(schema: Schema, section = ""): DocumentedKey[] {
  const def = definition(bare(schema));
  if (def.type === "union" && "discriminator" in def) {
    const discriminator = String(def.discriminator);
    const { otherwise, shared = [] } = choiceNotes(schema);
    const keysOfAll = documentedMembers(def.options[0]!, section).filter(({ key }) => shared.includes(key.key));
    const own = def.options.flatMap((option) => {
      const name = literalOf(option, discriminator);
      const members = documentedMembers(option, `${section} (${discriminator}: ${name})`);
      if (name === otherwise) members[0]!.key = { ...members[0]!.key, default: name };
      return members.filter(({ key }) => !shared.includes(key.key));
    });
    return [...keysOfAll, ...own].flatMap(({ key, below }) => [key, ...below]);
  }
  if (def.type !== "object") return [];
  return documentedMembers(schema, section).flatMap(({ key, below }) => [key, ...below]);
}

/** Each key of a mapping with the keys below it. */
function documentedMembers(mapping: Schema, section: string): { key: DocumentedKey; below: DocumentedKey[] }[] {
  const { shape } = definition(bare(mapping)) as z.core.$ZodObjectDef;
  return Object.entries(shape).map(([key, child]) => ({
    key: { section, key, condition: conditionOf(child), default: defaultOf(child), meaning: meaningOf(child) },
    below: documentedKeys(child, section === "" ? key : `${section}.${key}`),
  }));
}

function meaningOf(schema: Schema): string | undefined {
  const meaning = noted(schema, "description");
  return meaning === undefined ? undefined : String(meaning);
}

/** What tells a parsed value from others: all of it but the later keys that stand at what was there before them. */
export function identityOf(schema: Schema, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).map(([key, member]) => ({ key, member, child: childOf(schema, key, value) }));
  const isAsBefore = (child: Schema | undefined, member: unknown) => {
    const before = child && noted(child, "before");
    return before !== undefined && canonicalJson(member) === canonicalJson(before);
  };
  return Object.fromEntries(
    members
      .filter(({ child, member }) => !isAsBefore(child, member))
      .map(({ key, child, member }) => [key, child === undefined ? member : identityOf(child, member)]),
  );
}
