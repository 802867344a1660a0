/** How often 95 % intervals of fits to synthetic tables contain the parameters that made the tables. */

import { expect, test } from "vitest";
import { assessFit, type FitRow, fitLaw, type Law, type LawInputs, type Params } from "../../src/fit/index.ts";
import { plant } from "../fit/planted.ts";

export interface CoverageOptions<P extends Params> {
  readonly law: Law<P>;
  readonly truth: P;
  readonly inputs: LawInputs[];
  /** Standard deviation of ln L. */
  readonly noise: number;
  readonly tables: number;
  readonly loss: "huber" | "squared";
}

/** Tables whose interval contained the truth, of how many, by parameter. */
export interface Coverage {
  readonly tables: number;
  readonly bootstrap: Readonly<Record<string, number>>;
  readonly profile: Readonly<Record<string, number>>;
}

export async function measureCoverage<P extends Params>(options: CoverageOptions<P>): Promise<Coverage> {
  const { law, truth, tables, loss } = options;
  const bootstrap: Record<string, number> = Object.fromEntries(law.parameters.map((name) => [name, 0]));
  const profile = { ...bootstrap };
  for (let seed = 0; seed < tables; seed++) {
    const rows: FitRow[] = plant(law, truth, { ...options, seed });
    const setting = { law: law.name, loss, starts: 6, seed };
    const fit = await fitLaw(rows, setting);
    const { intervals, profiles } = await assessFit(rows, fit, { ...setting, replicates: 200 });
    for (const [name, { low, high }] of Object.entries(intervals))
      if (low <= truth[name]! && truth[name]! <= high) bootstrap[name]!++;
    for (const { parameter, interval } of profiles)
      if ((interval.low ?? 0) <= truth[parameter]! && truth[parameter]! <= (interval.high ?? Number.POSITIVE_INFINITY))
        profile[parameter]!++;
  }
  return { tables, bootstrap, profile };
}

/** Mean rate over the parameters. */
export function meanRate(hits: Readonly<Record<string, number>>, tables: number): number {
  const counts = Object.values(hits);
  return counts.reduce((sum, count) => sum + count, 0) / (counts.length * tables);
}

/** Parameters of one fit go together: the scatter of their mean rate is nearly that of one. 99 % of it. */
const scatter = (rate: number, tables: number): number => 2.58 * Math.sqrt((rate * (1 - rate)) / tables);

/** Holds both kinds of intervals to their stated rates, all parameters together and each one roughly. */
export function testCoverage<P extends Params>(
  options: CoverageOptions<P>,
  stated: { readonly bootstrap: number; readonly profile: number },
): void {
  const { law, tables, loss } = options;
  const table = `${law.name} law, ${options.inputs.length} runs`;
  test(`${loss} loss, ${tables} tables: 95 % intervals contain the truth at ${stated.profile} (profile) and ${stated.bootstrap} (bootstrap)`, async () => {
    const coverage = await measureCoverage(options);
    for (const kind of ["profile", "bootstrap"] as const) {
      const rate = meanRate(coverage[kind], tables);
      console.info(`${table}, ${loss} loss: ${kind} ${rate.toFixed(3)}`);
      const difference = Math.abs(rate - stated[kind]);
      expect(difference, `${kind}: ${rate} against ${stated[kind]}`).toBeLessThan(scatter(stated[kind], tables));
      for (const [name, hits] of Object.entries(coverage[kind]))
        expect(hits / tables, `${kind} of ${name}`).toBeGreaterThan(0.85);
    }
  }, 600_000);
}
