/** One thread of the fit pool: the searches of a range of starts. */
import type { End } from "../src/fit/constrained.ts";
import { lawOf } from "../src/fit/laws/index.ts";
import { solveStarts } from "../src/fit/multi-start.ts";
import type { StartTask } from "../src/fit/pool.ts";

export default function solveTask({ problem, begin, end }: StartTask): Promise<End[]> {
  return solveStarts({ ...problem, law: lawOf(problem.law) }, begin, end);
}
