/** The option tables of docs/cli.md, from the commands themselves. */
import type { Option } from "commander";
import { createProgram } from "./program.ts";

/** A table of options for each command, by its name. */
export function optionTables(): Map<string, string> {
  const { commands } = createProgram(() => {});
  return new Map(commands.map((command) => [command.name(), tableOf(command.options)]));
}

const tableOf = (options: readonly Option[]): string =>
  ["| option | default | |", "|---|---|---|", ...options.map(rowOf)].join("\n");

function rowOf(option: Option): string {
  const { flags, argChoices, description } = option;
  const shown = argChoices === undefined ? flags : flags.replace(/<.*>/, argChoices.join("|"));
  return `| ${[`\`${shown}\``, defaultOf(option), description].map(escaped).join(" | ")} |`.replace("|  |", "| |");
}

function defaultOf({ mandatory, negate, defaultValue, defaultValueDescription }: Option): string {
  if (mandatory) return "required";
  if (negate) return "";
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  if (typeof defaultValue === "boolean") return defaultValue ? "on" : "off";
  const isNothing = defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0);
  return isNothing ? "" : `\`${defaultValue}\``;
}

const escaped = (cell: string): string => cell.replaceAll("|", "\\|");
