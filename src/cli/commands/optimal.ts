/** sparselaw optimal */
import { ConfigError } from "../../core/errors.ts";
import { intervalOf } from "../../fit/distributions.ts";
import { sparseParamsIn } from "../../fit/fitted-law.ts";
import {
  bandOfOptima,
  budgetForLoss,
  denseEquivalentMultiplier,
  type FittedLaw,
  isoFlopCurve,
  isoLossCurve,
  type OptimalBand,
  type OptimalOptions,
  type OptimalSparsity,
  optimalSparsity,
  paperRamp,
  type Ramp,
} from "../../fit/index.ts";
import type { Interval } from "../../fit/uncertainty.ts";
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatScientific,
  plural,
} from "../../report/format.ts";
import { type NamedLaw, readLaw } from "../laws.ts";
import { type MachineFlags, type MeasuredCost, measuredCost } from "../measured-cost.ts";
import { alignColumns, type Output } from "../output.ts";

export interface OptimalFlags extends MachineFlags {
  readonly law: string;
  readonly nonzero: number;
  readonly flops?: number;
  readonly chinchillaMultiple?: number;
  readonly seconds?: number;
  readonly hours?: number;
  readonly targetLoss?: number;
  readonly cost?: "sparse" | "dense" | "measured";
  readonly ramp?: Ramp;
  readonly multiplier: boolean;
  readonly isoLoss: readonly number[];
  readonly isoFlops: readonly number[];
  readonly sparsities: readonly number[];
}

export async function optimalCommand(flags: OptimalFlags, output: Output): Promise<number> {
  const law = await readLaw(flags.law);
  const budget = budgetIn(flags);
  const { ramp: schedule = paperRamp, cost = budget.seconds === undefined ? "sparse" : "measured" } = flags;
  const measured = cost === "measured" ? await measuredCost({ ...flags, ...law, schedule }, output) : undefined;
  const size = { nonzeroParams: flags.nonzero, cost: cost === "measured" ? measured!.time : cost, schedule };
  const recommend = (fitted: FittedLaw, of: Budget) =>
    of.targetLoss === undefined
      ? optimalSparsity({ ...size, ...of, law: fitted })
      : budgetForLoss({ ...size, law: fitted, loss: of.targetLoss });
  const optimal = recommend(law, budget);
  // A multiple of the compute-optimal is another budget for every refit: hold its FLOPs.
  const held = budget.targetLoss === undefined ? { flops: optimal.flops } : budget;
  const band = law.bootstrap && bandOfOptima(law.bootstrap, (params) => recommend({ ...law, params }, held));
  const multipliers = flags.multiplier ? multipliersOf(law, flags.sparsities) : undefined;
  const { nonzero, threads, layers } = flags;
  const setting = {
    nonzeroParams: nonzero,
    cost,
    schedule,
    ...(measured && { threads, layers, machine: measured.machine }),
  };
  output.record({ ...optimal, ...setting, dataUnit: law.dataUnit, band, multipliers });
  output.print(...describe({ optimal, band, flags, law, cost, measured }), ...describeMultipliers(multipliers));
  const warning = measured?.warning(nonzero, optimal.sparsity);
  if (warning !== undefined) output.warn(warning);
  printCurves(flags, law, { schedule, cost: cost === "dense" ? "dense" : "sparse" }, output);
  return 0;
}

type Budget = Pick<OptimalOptions, "flops" | "chinchillaMultiple" | "seconds"> & { readonly targetLoss?: number };

/** @throws {ConfigError} for a target loss beside a budget, and for a budget in time at another cost */
function budgetIn({ flops, chinchillaMultiple, seconds, hours, targetLoss, cost }: OptimalFlags): Budget {
  const given = Object.entries({ flops, chinchillaMultiple, seconds, hours, targetLoss }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length !== 1) {
    const got = given.length === 0 ? "none" : given.map(([name]) => name).join(" and ");
    throw new ConfigError(
      `optimal: budget must be one of --flops, --chinchilla-multiple, --seconds, --hours and --target-loss; got ${got}.`,
    );
  }
  if ((seconds ?? hours) !== undefined && cost !== undefined && cost !== "measured")
    throw new ConfigError(`optimal: --cost must be measured for a budget in time; got ${cost}. Leave it out.`);
  return Object.fromEntries(
    given.map(([name, value]) => (name === "hours" ? ["seconds", 3600 * value!] : [name, value])),
  );
}

interface Described {
  readonly optimal: OptimalSparsity;
  readonly band: OptimalBand | undefined;
  readonly flags: OptimalFlags;
  readonly law: NamedLaw;
  readonly cost: string;
  readonly measured: MeasuredCost | undefined;
}

function describe(described: Described): string[] {
  const { optimal, band, flags, law, measured } = described;
  const { sparsity, data, loss, denseEquivalent } = optimal;
  const range = ({ low, high }: Interval, format: (value: number) => string) => `${format(low)} … ${format(high)}`;
  const refits = band && [
    `  95 % of ${plural(band.refits, "refit")}: S ${range(band.sparsity, hundredths)}, D ${range(band.data, formatCount)}, ` +
      `loss ${range(band.loss, (value) => value.toFixed(4))}, budget ${range(band.flops, formatScientific)} FLOPs` +
      (band.without === 0 ? "" : `; ${plural(band.without, "refit")} without an answer`),
  ];
  return [
    `${lead(described)} ${hundredths(sparsity)}${halfWidth(band?.sparsity)}`,
    `  D = ${formatCount(data)} ${law.dataUnit}, expected loss ${loss.toFixed(4)}${halfWidth(band?.loss)} nats, ` +
      `as good as a dense model of ${Number.isFinite(denseEquivalent) ? formatCount(denseEquivalent) : "any number of"} parameters`,
    ...(refits ?? []),
    ...(measured === undefined ? [] : [`  times: ${measured.assumptions(flags.nonzero, sparsity)}`]),
  ];
}

function lead({ optimal, flags, cost, measured }: Described): string {
  const { flops, multiple, seconds } = optimal;
  const where = measured === undefined ? "" : `on ${measured.machine}, `;
  const size = `N = ${formatCount(flags.nonzero)}`;
  const multiples = multiple > 0 ? ` (${formatNumber(multiple)} × dense compute-optimal)` : "";
  const budget = `${seconds === undefined ? `${formatScientific(flops)} FLOPs` : formatDuration(seconds)}${multiples}`;
  return flags.targetLoss === undefined
    ? `${where}for ${size} and ${budget}, ${cost} cost, train at S =`
    : `${where}for ${size} to reach ${flags.targetLoss} nats takes ${budget} at least, ${cost} cost; train at S =`;
}

const hundredths = (value: number): string => formatNumber(Number(value.toFixed(4)), 3);

const halfWidth = (interval: Interval | undefined): string =>
  interval === undefined ? "" : ` ± ${formatNumber((interval.high - interval.low) / 2, 2)}`;

interface Multiplier extends Partial<Interval> {
  readonly sparsity: number;
  readonly multiplier: number;
}

/** @throws {ConfigError} for laws whose m(S) depends on N and D */
function multipliersOf(law: NamedLaw, sparsities: readonly number[]): Multiplier[] {
  const params = sparseParamsIn(law);
  if (params === undefined)
    throw new ConfigError(
      `optimal: law must be sparse for --multiplier; got ${law.law.name}, whose m(S) is not one of S alone.`,
    );
  const refits = law.bootstrap?.params.map((refit) => sparseParamsIn({ ...law, params: refit })!);
  return [...sparsities, 1].map((sparsity) => ({
    sparsity,
    multiplier: denseEquivalentMultiplier(params, sparsity),
    ...(refits && intervalOf(refits.map((refit) => denseEquivalentMultiplier(refit, sparsity)))),
  }));
}

function describeMultipliers(multipliers: readonly Multiplier[] | undefined): string[] {
  if (multipliers === undefined) return [];
  const interval = ({ low, high }: Multiplier) =>
    low === undefined || high === undefined ? "" : `${formatNumber(low)} … ${formatNumber(high)}`;
  return [
    "dense size of the same loss, in units of N",
    ...alignColumns([
      ["S", "m(S)", "95 %"],
      ...multipliers.map((m) => [
        m.sparsity === 1 ? "→ 1" : formatPercent(m.sparsity),
        formatNumber(m.multiplier),
        interval(m),
      ]),
    ]),
  ];
}

/** Points of the curves: six to a factor of ten, from N/100 to 100·N. */
const curveSizes = (nonzeroParams: number): number[] =>
  Array.from({ length: 25 }, (_, i) => Number((nonzeroParams * 10 ** ((i - 12) / 6)).toPrecision(6)));

function printCurves(
  { nonzero, isoLoss, isoFlops, sparsities }: OptimalFlags,
  law: FittedLaw,
  options: { readonly schedule: Ramp; readonly cost: "sparse" | "dense" },
  output: Output,
): void {
  const sizes = curveSizes(nonzero);
  const levels = [0, ...sparsities.filter((sparsity) => sparsity > 0)];
  for (const loss of isoLoss) {
    const curves = levels.map((sparsity) => ({
      sparsity,
      points: isoLossCurve(law, { ...options, sizes, sparsity, loss }),
    }));
    for (const { sparsity, points } of curves) output.record({ type: "iso-loss", loss, sparsity, points });
    output.print(
      `D that takes N to a loss of ${loss} nats`,
      ...curveTable(sizes, curves, ({ data }) => formatCount(data)),
    );
  }
  for (const flops of isoFlops) {
    const curves = levels.map((sparsity) => ({
      sparsity,
      points: isoFlopCurve(law, { ...options, sizes, sparsity, flops }),
    }));
    for (const { sparsity, points } of curves) output.record({ type: "iso-flops", flops, sparsity, points });
    const title = `loss of models trained for ${formatScientific(flops)} FLOPs, ${options.cost} cost`;
    output.print(title, ...curveTable(sizes, curves, ({ loss }) => loss.toFixed(4)));
  }
}

function curveTable<P extends { readonly nonzeroParams: number }>(
  sizes: readonly number[],
  curves: readonly { readonly sparsity: number; readonly points: readonly P[] }[],
  cell: (point: P) => string,
): string[] {
  const cellOf = (points: readonly P[], size: number) => {
    const point = points.find(({ nonzeroParams }) => nonzeroParams === size);
    return point === undefined ? "—" : cell(point);
  };
  return alignColumns([
    ["N", ...curves.map(({ sparsity }) => `S=${sparsity}`)],
    ...sizes.map((size) => [formatCount(size), ...curves.map(({ points }) => cellOf(points, size))]),
  ]);
}
