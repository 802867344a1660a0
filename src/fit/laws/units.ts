/** What the numbers of a fit count. */
import type { Law } from "./law.ts";

/** What D counts where nobody said. */
export const UNNAMED_DATA = "units of the data column";

/** The units of a law's inputs, its loss and its parameters, e.g. "N in parameters, D in tokens, L in nats; c in nats, …". */
export function describeUnits({ parameters, units = {} }: Law, dataUnit: string): string {
  const named = parameters.flatMap((name) => (units[name] === undefined ? [] : [`${name} in ${units[name]}`]));
  const inputs = `N in parameters, D in ${dataUnit}, L in nats${isCounted(dataUnit) ? ` per ${dataUnit.slice(0, -1)}` : ""}`;
  return named.length === 0 ? inputs : `${inputs}; ${named.join(", ")}`;
}

const isCounted = (dataUnit: string): boolean => ["tokens", "images", "examples"].includes(dataUnit);
