/** sparselaw optimal */
import { InvalidArgumentError } from "commander";
import type { Ramp } from "../../core/ramp.ts";
import type { LossTarget, OptimalOptions } from "../../fit/index.ts";
import { command } from "../command.ts";
import { oneOf, otherwiseAs, required, text, toggle, value, withDefault } from "../flags.ts";
import { numbersOf, numberWhere, positiveInteger, positiveNumber } from "../parsers.ts";
import { turbo, variant } from "../shared-options.ts";
import type { WordingOf } from "../wording.ts";

const sparsity = numberWhere("sparsities from 0 to below 1", (value) => value >= 0 && value < 1);

export const optimalCommand = command({
  name: "optimal",
  words: "",
  help: "the sparsity that makes the most of a size and a budget",
  options: {
    law: required(text("<law>", "t5-c4, vit-jft, t5-c4-optimum, or the JSON file of a fit (a path with . or /)")),
    nonzero: otherwiseAs(value("<N>", "non-zero parameters", positiveNumber), "required but for --multiplier alone"),
    flops: value("<C>", "training FLOPs; exactly one of these five", positiveNumber),
    chinchillaMultiple: value("<k>", "the same in multiples of the dense compute-optimal", positiveNumber),
    hours: value("<h>", "training time, at measured cost", positiveNumber),
    seconds: value("<s>", "the same in seconds", positiveNumber),
    targetLoss: value("<L>", "instead of a budget: the smallest that reaches a loss, in nats", positiveNumber),
    cost: otherwiseAs(
      oneOf("<cost>", "zeros skipped, multiplied, or timed", ["sparse", "dense", "measured"]),
      "sparse; measured for time",
    ),
    ramp: otherwiseAs(
      value("<start:end[:updates]>", "shares of training between which weights are pruned, in how many updates", ramp),
      "0.25:0.75, continuous",
    ),
    layers: withDefault(value("<n>", "measured cost: blocks of the transformer", positiveInteger), 6),
    threads: withDefault(value("<n>", "measured cost: threads, taken to scale ideally", positiveInteger), 1),
    tokensPerExample: value("<n>", "measured cost: tokens of one image", positiveNumber),
    calibration: otherwiseAs(
      text("<bench.json>", "measured cost: what bench --json printed, here or elsewhere"),
      "this machine's, measured now where nothing is remembered",
    ),
    variant: withDefault(variant("measured cost: build of the kernels"), "strict"),
    turbo,
    multiplier: toggle(
      "m(S), the dense size of the same loss in units of N, its limit for S → 1, and the budgets that make S optimal",
    ),
    isoLoss: withDefault(
      value("<L,…>", "curves of one loss: the D that takes each N to it", numbersOf(positiveNumber)),
      [],
    ),
    isoFlops: withDefault(value("<C,…>", "curves of one budget: D and loss of each N", numbersOf(positiveNumber)), []),
    sparsities: withDefault(
      value("<S,…>", "of the curves, beside 0, and of --multiplier", numbersOf(sparsity)),
      [0.5, 0.75, 0.875],
    ),
  },
  wording: {
    law: "law",
    nonzeroParams: "nonzero",
    flops: "flops",
    chinchillaMultiple: "chinchillaMultiple",
    seconds: "seconds",
    loss: "targetLoss",
    cost: "cost",
    schedule: "ramp",
  } as const satisfies WordingOf<OptimalOptions & LossTarget>,
  async run(_, flags, output) {
    const { readLaw } = await import("../laws.ts");
    const { printMultipliers } = await import("../optimal/multipliers.ts");
    const { hasBudget, recommend } = await import("../optimal/recommendation.ts");
    const law = await readLaw(flags.law);
    if (flags.multiplier) printMultipliers(law, flags, output);
    if (!flags.multiplier || hasBudget(flags)) await recommend(law, flags, output);
    return 0;
  },
});

function ramp(text: string): Ramp {
  const [start, end, updates, ...rest] = text
    .split(":")
    .map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const isRamp =
    start !== undefined && end !== undefined && start >= 0 && start <= end && end <= 1 && rest.length === 0;
  if (!isRamp || !(updates === undefined || (Number.isSafeInteger(updates) && updates > 0)))
    throw new InvalidArgumentError(
      "It must be start:end with 0 ≤ start ≤ end ≤ 1, or start:end:updates, e.g. 0.25:0.75.",
    );
  return { start, end, ...(updates !== undefined && { updates }) };
}
