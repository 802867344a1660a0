/** One thread of the fit pool: the searches of a range of starts. */
import { lawNamed } from "../src/fit/laws/index.ts";
import type { Minimum } from "../src/fit/minimise.ts";
import { solveStarts } from "../src/fit/multi-start.ts";
import type { StartTask } from "../src/fit/pool.ts";

export default function solveTask({ problem, begin, end }: StartTask): Minimum[] {
  return solveStarts({ ...problem, law: lawNamed(problem.law) }, begin, end);
}
