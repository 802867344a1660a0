/** Ways for the main thread to let others have their turn. */

/** Resolves in the next turn of the event loop, after timers, signals and messages that are due. */
export const nextTurn: () => Promise<void> =
  typeof setImmediate === "function" ? () => new Promise((resolve) => setImmediate(resolve)) : turnsByMessage();

/** Browsers: a message to oneself comes at once, where nested timeouts are held back for 4 ms. */
function turnsByMessage(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

/**
 * Resolves when the word is notified or no longer `seen`. Engines without `Atomics.waitAsync` (Firefox before 145) look
 * again after a timeout.
 */
export async function changeOf(word: Int32Array, seen: number): Promise<void> {
  if (typeof Atomics.waitAsync === "function") await Atomics.waitAsync(word, 0, seen).value;
  else await new Promise((resolve) => setTimeout(resolve, 1));
}
