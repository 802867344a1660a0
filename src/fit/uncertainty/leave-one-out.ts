/** Each row of a table, predicted by the fit to all others. */
import { fromTheta } from "../laws/index.ts";
import { type FitProblem, minimiseWithin, objectivesOf } from "../solve/index.ts";

/**
 * Losses of rows [begin, end), each by the law that is fitted without it; that fit is searched for from the one to all.
 *
 * @param optimum θ of the fit to all rows
 */
export async function predictLeftOut(
  problem: FitProblem,
  optimum: Float64Array,
  begin: number,
  end: number,
): Promise<number[]> {
  const { law, rows, units } = problem;
  const objectives = await objectivesOf(problem);
  const weights = new Float64Array(rows.length).fill(1);
  return rows.slice(begin, end).map((row, i) => {
    weights[begin + i] = 0;
    const { x } = minimiseWithin(problem, objectives(weights), optimum);
    weights[begin + i] = 1;
    return law.predict(law.publish(fromTheta(law, x), units), row);
  });
}
