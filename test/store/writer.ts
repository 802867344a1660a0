/** Writes checkpoints and events without end, until it is killed: `node writer.ts <out>`. */
import { openRun } from "../../src/store/run-directory.ts";
import { checkpointAt, checkpointEvent, config, stepEvent } from "./fixtures.ts";

const store = await openRun(process.argv[2]!, "run");
await store.writeConfig(config);
for (let step = 1; ; step++) {
  await store.appendEvent(stepEvent(step));
  await store.appendEvent(checkpointEvent(step));
  await store.writeCheckpoint(checkpointAt(step, 20_000));
  process.stdout.write(`${step}\n`);
}
