/** Picks the engine that suits a number of threads, in Node. */
import { createInlineEngine } from "./inline.ts";
import { createNodeEngine } from "./node.ts";
import { assertThreads, type Engine, type EngineOptions } from "./protocol.ts";

/**
 * An engine of `threads` threads: this one alone, or that many workers.
 *
 * @throws {ConfigError} where `threads` is not a whole number of at least 1
 * @throws {StateError} where this JavaScript engine cannot compile the variant
 */
export async function createEngine(options: EngineOptions & { readonly threads: number }): Promise<Engine> {
  const { threads } = options;
  assertThreads("createEngine", threads);
  return threads === 1 ? createInlineEngine(options) : createNodeEngine(options);
}
