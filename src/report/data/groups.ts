/** Groups of what has the same key, or sizes that are equal up to the rounding of a grid. */
import { SIZE_TOLERANCE } from "../../core/grid.ts";
import { geometricMean } from "../../core/math.ts";

export interface SizeGroup<T> {
  /** Geometric mean of the members' sizes. */
  readonly size: number;
  readonly members: readonly T[];
}

/**
 * Groups by a positive size, smallest first: a group reaches up to `ratio` times its smallest member.
 */
export function groupBySize<T>(
  items: readonly T[],
  sizeOf: (item: T) => number,
  ratio = SIZE_TOLERANCE,
): SizeGroup<T>[] {
  const groups: T[][] = [];
  for (const item of items.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    const group = groups.at(-1);
    if (group !== undefined && sizeOf(item) < ratio * sizeOf(group[0]!)) group.push(item);
    else groups.push([item]);
  }
  return groups.map((members) => ({ size: geometricMean(members.map(sizeOf)), members }));
}

/** Groups by a key, in order of first appearance. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
