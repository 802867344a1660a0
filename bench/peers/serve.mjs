/**
 * The contender's side of the conversation: JSON lines on stdin and stdout.
 *
 *   {"case": …, "threads": n}  prepares a case; answers what `prepare` returned beside `run`
 *   {"run": n}                 runs it n times; answers {"ms": [n times]}
 *
 * A contender that is not installed answers {"absent": reason}; one that cannot do the case {"cannot": reason}.
 */
import { createInterface } from "node:readline";

/** Thrown by `prepare` where the library has no way to do the case. */
export class Impossible extends Error {}

/** @param prepare (case, threads) → { versions, parameters?, losses?, samples?, run(): Promise<void> } */
export async function serve(prepare) {
  // the libraries' own remarks must not get between the answers
  console.log = console.error;
  let run;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    process.stdout.write(`${JSON.stringify(await answer(request))}\n`);
  }
  // threads that a library keeps would outlive the conversation
  process.exit(0);

  async function answer(request) {
    try {
      if ("run" in request) return { ms: await times(request.run, run) };
      const { run: prepared, ...facts } = await prepare(request.case, request.threads);
      run = prepared;
      return facts;
    } catch (error) {
      if (error.code === "ERR_MODULE_NOT_FOUND") return { absent: "its package is not installed" };
      if (!(error instanceof Impossible)) console.error(error);
      return { cannot: error.message };
    }
  }
}

async function times(count, run) {
  const ms = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await run();
    ms.push(performance.now() - began);
  }
  return ms;
}
