/** The sparsity of lowest loss for a size and a budget, or the smallest budget that reaches a loss. */
import { ConfigError } from "../../core/errors.ts";
import { formatCount, formatDuration, formatNumber, formatScientific, plural } from "../../core/format.ts";
import {
  bandOfOptima,
  budgetForLoss,
  type FittedLaw,
  type OptimalBand,
  type OptimalOptions,
  type OptimalSparsity,
  optimalSparsity,
  paperRamp,
  type Ramp,
} from "../../fit/index.ts";
import type { Interval } from "../../fit/uncertainty/index.ts";
import { optionName } from "../flags.ts";
import type { NamedLaw } from "../laws.ts";
import type { Output } from "../output.ts";
import { type CurveFlags, printCurves } from "./iso-curves.ts";
import { type MachineFlags, type MeasuredCost, measuredCost } from "./measured-cost.ts";

/** What the user says of the model, the budget and the curves. */
export interface Wanted extends MachineFlags, CurveFlags {
  readonly nonzero: number | undefined;
  readonly flops: number | undefined;
  readonly chinchillaMultiple: number | undefined;
  readonly seconds: number | undefined;
  readonly hours: number | undefined;
  readonly targetLoss: number | undefined;
  readonly cost: "sparse" | "dense" | "measured" | undefined;
  readonly ramp: Ramp | undefined;
}

type SizedWanted = Wanted & { readonly nonzero: number };

/** @throws {ConfigError} without a size, without a budget, and for budgets that do not go together */
export async function recommend(law: NamedLaw, wanted: Wanted, output: Output): Promise<void> {
  const { nonzero } = wanted;
  if (nonzero === undefined)
    throw new ConfigError("optimal: --nonzero must be given for a recommendation; got none. Give the size, e.g. 1e8.");
  await printRecommendation({ ...wanted, nonzero }, law, output);
}

export const hasBudget = (wanted: Wanted): boolean => BUDGETS.some((name) => wanted[name] !== undefined);

async function printRecommendation(flags: SizedWanted, law: NamedLaw, output: Output): Promise<void> {
  const budget = budgetIn(flags);
  const { ramp: schedule = paperRamp, cost = budget.seconds === undefined ? "sparse" : "measured" } = flags;
  const measured = cost === "measured" ? await measuredCost({ ...flags, ...law, schedule }, output) : undefined;
  const size = { nonzeroParams: flags.nonzero, cost: cost === "measured" ? measured!.time : cost, schedule };
  const best = (fitted: FittedLaw, of: Budget) =>
    of.targetLoss === undefined
      ? optimalSparsity({ ...size, ...of, law: fitted })
      : budgetForLoss({ ...size, law: fitted, loss: of.targetLoss });
  const optimal = best(law, budget);
  // A multiple of the compute-optimal is another budget for every refit: hold its FLOPs.
  const held = budget.targetLoss === undefined ? { flops: optimal.flops } : budget;
  const band = law.bootstrap && bandOfOptima(law.bootstrap, (params) => best({ ...law, params }, held));
  const { nonzero, threads, layers } = flags;
  const setting = {
    nonzeroParams: nonzero,
    cost,
    schedule,
    ...(measured && { threads, layers, machine: measured.machine }),
  };
  output.record({ ...optimal, ...setting, dataUnit: law.dataUnit, band });
  output.print(...describe({ optimal, band, flags, law, cost, measured }));
  const warning = measured?.warning(nonzero, optimal.sparsity);
  if (warning !== undefined) output.warn(warning);
  printCurves(flags, law, { schedule, cost: cost === "dense" ? "dense" : "sparse" }, output);
}

const BUDGETS = ["flops", "chinchillaMultiple", "seconds", "hours", "targetLoss"] as const;

type Budget = Pick<OptimalOptions, "flops" | "chinchillaMultiple" | "seconds"> & { readonly targetLoss?: number };

/** @throws {ConfigError} for a target loss beside a budget, and for a budget in time at another cost */
function budgetIn(flags: Wanted): Budget {
  const { seconds, hours, cost } = flags;
  const given = BUDGETS.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]] as const]));
  if (given.length !== 1) {
    const got = given.length === 0 ? "none" : given.map(([name]) => optionName(name)).join(" and ");
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
  readonly flags: SizedWanted;
  readonly law: NamedLaw;
  readonly cost: string;
  readonly measured: MeasuredCost | undefined;
}

function describe(described: Described): string[] {
  const { optimal, band, flags, law, measured } = described;
  const { sparsity, data, loss, denseEquivalent } = optimal;
  const lossWidth = flags.targetLoss === undefined ? halfWidth(band?.loss) : "";
  const range = ({ low, high }: Interval, format: (value: number) => string) => `${format(low)} … ${format(high)}`;
  const refits = band && [
    `  95 % of ${plural(band.refits, "refit")}: S ${range(band.sparsity, hundredths)}, D ${range(band.data, formatCount)}, ` +
      (flags.targetLoss === undefined
        ? `loss ${range(band.loss, (value) => value.toFixed(4))}`
        : `budget ${range(band.flops, formatScientific)} FLOPs`) +
      (band.without === 0 ? "" : `; ${plural(band.without, "refit")} without an answer`),
  ];
  return [
    `${lead(described)} ${hundredths(sparsity)}${halfWidth(band?.sparsity)}`,
    `  D = ${formatCount(data)} ${law.dataUnit}, expected loss ${loss.toFixed(4)}${lossWidth} nats, ` +
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
