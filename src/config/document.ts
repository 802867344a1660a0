/** The tables of docs/configuration.md, from the schemas themselves. */
import { type DocumentedKey, documentedKeys } from "../core/outline.ts";
import { runConfigSchema } from "./run-config.ts";
import { sweepConfigSchema } from "./sweep-config.ts";

/** A table for each section of a run's configuration, headings between them. */
export function runTables(): string {
  return tables(documentedKeys(runConfigSchema()));
}

/** The same of a sweep, without the keys of its base: they are those of a run. */
export function sweepTables(): string {
  return tables(documentedKeys(sweepConfigSchema()).filter(({ section }) => !section.startsWith("base")));
}

function tables(keys: readonly DocumentedKey[]): string {
  const sections = [...new Set(keys.map(({ section }) => section))];
  return sections
    .map((section) => {
      const rows = keys.filter((key) => key.section === section).map(rowOf);
      const table = ["| key | must be | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
      return section === "" ? table : `### ${section}\n\n${table}`;
    })
    .join("\n\n");
}

function rowOf({ key, condition, default: fallback, meaning }: DocumentedKey): string {
  const range = condition.startsWith("a mapping") ? "a mapping" : condition;
  return `| \`${key}\` | ${range} | ${fallback ?? "required"} | ${meaning ?? ""} |`;
}
