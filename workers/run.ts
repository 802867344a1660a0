/** A piscina task: trains one run on this worker's thread. */
import type { RunMessage, RunOutcome, RunTask } from "../src/sweep/pool.ts";
import { train } from "../src/train/node.ts";

export default async function run({ config, out, baseDir, turbo, stop, messages }: RunTask): Promise<RunOutcome> {
  const flag = new Int32Array(stop);
  const send = (message: RunMessage) => messages.postMessage(message);
  try {
    const result = await train(config, {
      out,
      baseDir,
      turbo,
      signal: {
        get aborted() {
          return Atomics.load(flag, 0) !== 0;
        },
      },
      onWarning: (message) => send({ type: "warning", message }),
      onEvent: (event) => send({ type: "event", event }),
    });
    return { type: "result", result };
  } catch (error) {
    return { type: "error", message: error instanceof Error ? error.message : String(error) };
  }
}
