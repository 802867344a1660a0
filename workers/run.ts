/** A piscina task: trains one run on this worker's thread. */
import { loadPlugins } from "../src/config/plugins.ts";
import { openShared } from "../src/sources/shared.ts";
import type { DataSource } from "../src/sources/source.ts";
import type { RunJob, RunMessage, RunOutcome, RunTask } from "../src/sweep/pool.ts";
import { train } from "../src/train/node.ts";

export default async function run({ stop, messages, ...job }: RunTask): Promise<RunOutcome> {
  const { config, out, baseDir, turbo } = job;
  const flag = new Int32Array(stop);
  const send = (message: RunMessage) => messages.postMessage(message);
  try {
    const result = await train(config, {
      data: await sharedData(job),
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

/** The data as the sweep has read them; undefined where that is not as this run would: not at all, or by plugins that were edited since. */
async function sharedData({ config, content, pluginHashes, baseDir }: RunJob): Promise<DataSource | undefined> {
  const hashes = await loadPlugins(config.plugins, baseDir);
  return hashes.join() === pluginHashes.join() ? openShared(config.data, content) : undefined;
}
