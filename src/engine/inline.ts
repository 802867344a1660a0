/** The engine without workers: every call runs on the thread that asks. */
import { compileKernels } from "../kernels/variant.ts";
import { clearTimings, type Engine, type EngineOptions } from "./protocol.ts";
import { assertIdle, type EngineState, threadDied } from "./state.ts";
import { createTapePlayer } from "./tape-player.ts";
import { nextTurn } from "./turn.ts";

/**
 * Keeps to the `Engine` contract with one thread; a kernel that traps is that thread's death.
 *
 * @throws {StateError} where this JavaScript engine cannot compile the variant
 */
export async function createInlineEngine(options: EngineOptions): Promise<Engine> {
  const { memory, variant, timings, module = await compileKernels(variant) } = options;
  const player = createTapePlayer({ module, memory, thread: 0, timings });
  let state: EngineState = "idle";
  return {
    memory,
    variant,
    threads: 1,
    async run(tapeAddress) {
      assertIdle(state);
      clearTimings(memory, timings, 1);
      try {
        player.playAlone(tapeAddress);
      } catch (cause) {
        state = threadDied(0, 1, cause);
        throw state;
      }
      state = "running";
      await nextTurn();
      if (state === "running") state = "idle";
    },
    async close() {
      state = "closed";
    },
  };
}
