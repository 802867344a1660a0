/** Configurations from the text of files, with the plugins that they name. Node only. */
import { dirname } from "node:path";
import { loadPlugins, pluginsOf } from "./plugins.ts";
import { parseRunConfig, type RunConfig } from "./run-config.ts";
import { parseSweepConfig, type SweepConfig } from "./sweep-config.ts";
import { readYaml, type YamlInput } from "./yaml.ts";

/**
 * @param file path of the text: plugins are relative to it, and messages name it
 * @throws {FormatError} naming the line that is not YAML
 * @throws {ConfigError} one line for each problem: file and line, key, condition, value, remedy
 */
export async function runConfigOf(text: string, file: string): Promise<RunConfig> {
  const { input, origin } = await readWithPlugins(text, file);
  return parseRunConfig(input, origin);
}

/** The same for a sweep; `origin` names its lines in later messages. */
export async function sweepConfigOf(
  text: string,
  file: string,
): Promise<{ readonly config: SweepConfig; readonly origin: YamlInput["origin"] }> {
  const { input, origin } = await readWithPlugins(text, file);
  return { config: parseSweepConfig(input, origin), origin };
}

/** A document whose plugins are registered: the schema that it is checked with depends on them. */
async function readWithPlugins(text: string, file: string): Promise<YamlInput> {
  const yaml = readYaml(text, file);
  await loadPlugins(pluginsOf(yaml.input), dirname(file));
  return yaml;
}
