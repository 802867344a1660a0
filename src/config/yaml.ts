/** YAML whose keys know their lines, so that a complaint about a value names the place to mend. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
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
 * @throws {FormatError} naming the line that is not YAML
 */
export function readYaml(text: string, name: string): YamlInput {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const problem = `the document must be YAML; got: ${error.message}. Mend the syntax.`;
    throw new FormatError(name, problem, { record: lines.linePos(error.pos[0]).line, cause: error });
  }
  const lineOf = (path: readonly PropertyKey[]) => lines.linePos(offsetOf(document, path)).line;
  return { input: document.toJS(), origin: { name, lineOf } };
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
