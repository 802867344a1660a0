/** Laws that are moved in the units of their inputs, as those of one's own are: nothing is known of how N and D enter. */
import { exp, log } from "../../core/math.ts";
import type { FitRow, Law, Params } from "./law.ts";

/** A law whose coordinates are its parameters, in raw units. */
export function rawLaw<P extends Params>(law: Omit<Law<P>, "parameters" | "publish" | "unpublish" | "start">): Law<P> {
  const parameters = law.coordinates.map(({ name }) => name);
  return {
    ...law,
    parameters,
    publish: (point) => Object.fromEntries(parameters.map((name, i) => [name, point[i]!])) as unknown as P,
    unpublish: (params) => parameters.map((name) => params[name]!),
    start: (drawn, typical) => startInRawUnits(law, drawn, typical),
  };
}

const LOG_LOW = -60;
const LOG_HIGH = 90;
const LOG_STEP = 0.25;

/**
 * A coefficient in raw units may be of any size: it starts where, at the exponents drawn, it moves the loss of a typical run by
 * as much as was drawn for it.
 */
function startInRawUnits(
  { coordinates, predict }: Pick<Law, "coordinates" | "predict">,
  drawn: readonly number[],
  typical: FitRow,
): number[] {
  const isCoefficient = (i: number) => coordinates[i]!.kind === "coefficient";
  const point = drawn.map((value, i) => (isCoefficient(i) ? 1 : value));
  const lossAt = (i: number, logValue: number) =>
    predict(Object.fromEntries(coordinates.map(({ name }, j) => [name, i === j ? exp(logValue) : point[j]!])), typical);
  for (const i of coordinates.keys()) {
    if (!isCoefficient(i)) continue;
    const base = [lossAt(i, LOG_LOW), lossAt(i, LOG_HIGH)].find((loss) => Math.abs(loss) < 1e6) ?? 0;
    const miss = (logValue: number) => Math.abs(log(Math.abs(lossAt(i, logValue) - base) / drawn[i]!));
    let best = 0;
    for (let logValue = LOG_LOW; logValue <= LOG_HIGH; logValue += LOG_STEP)
      if (miss(logValue) < miss(best)) best = logValue;
    point[i] = exp(best);
  }
  return point;
}
