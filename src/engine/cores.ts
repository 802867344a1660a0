/** How many threads are of use. */
import { assertThreads } from "./protocol.ts";

/**
 * `threads`, or one a core where that is fewer: threads that share a core take it from whoever has a part to finish, and in a
 * model of small steps that costs more than they bring.
 *
 * @param onWarning called where fewer are returned than were asked for
 * @throws {ConfigError} where `threads` is not a whole number of at least 1
 */
export function threadsOnCores(
  where: string,
  threads: number,
  cores: number,
  onWarning?: (message: string) => void,
): number {
  assertThreads(where, threads);
  if (threads <= cores) return threads;
  onWarning?.(`${where}: threads must be at most ${cores}, one a core; got ${threads}. It goes on with ${cores}.`);
  return cores;
}
