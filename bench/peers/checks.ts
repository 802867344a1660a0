/** Whether a contender does what the others do: the same products, the same model, and one that learns. */
import { rounded } from "../lib/statistics.ts";

/** What a contender says of a case once it is prepared. */
export interface Facts {
  readonly versions: Readonly<Record<string, string>>;
  /** Entries of a product. */
  readonly samples?: readonly number[];
  /** Parameters of a model, and its loss in nats at each step before anything is timed, all on one batch. */
  readonly parameters?: number;
  readonly losses?: readonly number[];
}

export interface Expected {
  readonly samples?: readonly number[];
  readonly parameters?: number;
  readonly classes?: number;
}

/** Initial logits have a variance of about 1 or less, which raises the loss by about half a nat. */
const LOSS_TOLERANCE = 1;

/** The first thing that is wrong, or undefined. */
export function findFault(facts: Facts, { samples, parameters, classes }: Expected): string | undefined {
  if (samples !== undefined && !samples.every((value, i) => value === facts.samples?.[i]))
    return `its product is wrong: ${facts.samples} in place of ${samples}`;
  if (parameters !== undefined && facts.parameters !== parameters)
    return `its model has ${facts.parameters} parameters in place of ${parameters}`;
  if (classes === undefined) return undefined;
  const losses = facts.losses ?? [];
  const [first, last] = [losses[0], losses.at(-1)];
  const shown = losses.map((loss) => (Number.isFinite(loss) ? rounded(loss, 4) : "not a number")).join(", ");
  if (first === undefined || !losses.every(Number.isFinite) || Math.abs(first - Math.log(classes)) > LOSS_TOLERANCE)
    return `its first loss is not near ln ${classes} = ${rounded(Math.log(classes))}: ${shown}`;
  if (!(last! < first)) return `its loss does not fall: ${shown}`;
  return undefined;
}
