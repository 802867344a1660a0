/** How many threads are of use. */

/**
 * `threads`, or one a core where that is fewer: threads that share a core take it from whoever has a part to finish, and in a
 * model of small steps that costs more than they bring.
 *
 * @param onWarning called where fewer are returned than were asked for
 */
export function threadsOnCores(
  where: string,
  threads: number,
  cores: number,
  onWarning?: (message: string) => void,
): number {
  if (threads <= cores) return threads;
  onWarning?.(`${where}: threads must be at most ${cores}, one a core; got ${threads}. It goes on with ${cores}.`);
  return cores;
}
