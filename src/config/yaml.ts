/** YAML whose keys know their lines, so that a complaint about a value names the place to mend. */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type Document as YamlDocument,
} from "yaml";
import { FormatError } from "../core/errors.ts";
import type { Origin } from "../core/schema.ts";
import { parseRunConfig, type RunConfig } from "./run-config.ts";

/** A document's plain data and the origin of each of its keys. */
export interface YamlInput {
  readonly input: unknown;
  readonly origin: Origin;
}

/**
 * Reads one YAML (or JSON) document.
 *
 * @param name what to call the document in messages, e.g. the file's path
 * @throws {FormatError} naming the line that is not YAML, or the alias that stands for nothing, for itself or for too much
 */
export function readYaml(text: string, name: string): YamlInput {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const [error] = document.errors;
  if (error) {
    const problem = `the document must be YAML; got: ${error.message}. Mend the syntax.`;
    throw new FormatError(name, problem, { record: lineAt(error.pos[0]), cause: error });
  }
  for (const { alias, problem } of brokenAliases(document))
    throw new FormatError(name, problem, { record: lineAt(startOf(alias) ?? 0) });
  const lineOf = (path: readonly PropertyKey[]) => lineAt(offsetOf(document, path));
  return { input: dataOf(document, name), origin: { name, lineOf } };
}

/** A text that begins with an asterisk is an alias of YAML, unless it is quoted. */
function brokenAliases(document: YamlDocument): { alias: Alias; problem: string }[] {
  const broken: { alias: Alias; problem: string }[] = [];
  visit(document, {
    Alias(_, alias, ancestors) {
      const { source } = alias;
      const target = alias.resolve(document);
      if (target === undefined) {
        const problem = `*${source} must be quoted, or an alias of an anchor above it; got no &${source}. Write "*${source}" for a text.`;
        broken.push({ alias, problem });
      } else if (ancestors.includes(target)) {
        const problem = `*${source} must be an alias of something that does not hold it; got a circle. Write out what is meant.`;
        broken.push({ alias, problem });
      }
    },
  });
  return broken;
}

/** Aliases of aliases may stand for more than any memory holds; the parser counts them. */
function dataOf(document: YamlDocument, name: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const problem = `aliases must stand for a few settings; got: ${(cause as Error).message}. Write out what is meant.`;
    throw new FormatError(name, problem, { cause });
  }
}

/**
 * A run's configuration from YAML.
 *
 * @throws {FormatError} naming the line that is not YAML
 * @throws {ConfigError} one line for each problem: file and line, key, condition, value, remedy
 */
export function parseYamlConfig(text: string, name: string): RunConfig {
  const { input, origin } = readYaml(text, name);
  return parseRunConfig(input, origin);
}

/** Offset of the key at `path`, or of the last key on the way there that exists. */
function offsetOf(document: YamlDocument, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    const next = isSeq(node) ? node.items[Number(key)] : pair?.value;
    const start = startOf(pair?.key ?? next);
    if (start === undefined) break;
    [node, offset] = [next, start];
  }
  return offset;
}

const startOf = (node: unknown) => (node as Node | null | undefined)?.range?.[0];
