/** Turbo by default: on where this Node has it and a check has found that it changes no bit. Node only. */
import type { Variant } from "../core/record.ts";
import { hasTurbo } from "../kernels/turbo.ts";
import { machineKey, readEntries, rememberEntry } from "../store/machine-cache.ts";

const FILE = "turbo.json";

export interface TurboVerdict {
  readonly isSafe: boolean;
  /** For people, after "turbo: ". */
  readonly reason: string;
}

/**
 * Whether kernels may be compiled with the revectorizer: checked once for this CPU, Node and package, then remembered. Before
 * the first kernel is compiled.
 */
export async function turboVerdict(variant: Variant): Promise<TurboVerdict> {
  if (!hasTurbo()) return { isSafe: false, reason: `Node ${process.versions.node} has no revectorizer; 24 has` };
  const key = machineKey(variant);
  const remembered = (await readEntries(FILE))[key];
  if (typeof remembered === "string") return verdictOf(remembered);
  const { differenceByTurbo } = await import("./turbo-check.ts");
  const difference = (await differenceByTurbo(variant)) ?? SAME_BITS;
  // Where nothing can be remembered it is checked at each start, a tenth of a second.
  await rememberEntry(FILE, key, difference).catch(() => {});
  return verdictOf(difference);
}

const SAME_BITS = "same bits";

function verdictOf(difference: string): TurboVerdict {
  return difference === SAME_BITS
    ? { isSafe: true, reason: "every kernel has the same bits with it" }
    : { isSafe: false, reason: `other bits in the ${difference}` };
}
