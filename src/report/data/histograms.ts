/** Counts of points on axes from 0 to 1: histograms, and the regions where most of a plane's points lie. */

/** Bins of an axis: the root of the refits, so that a density has about as many cells as there are refits. */
export const binsFor = (refits: number): number => Math.min(24, Math.max(8, Math.round(Math.sqrt(refits))));

/** Points in each bin; those outside the axis are not counted. */
export function histogramOf(shares: readonly number[], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const share of shares) {
    const bin = binOf(share, bins);
    if (bin !== undefined) counts[bin]!++;
  }
  return counts;
}

/** Points in each filled cell, by row · bins + column. */
export function cellsOf(points: readonly (readonly [x: number, y: number])[], bins: number): Map<number, number> {
  const cells = new Map<number, number>();
  for (const [x, y] of points) {
    const [column, row] = [binOf(x, bins), binOf(y, bins)];
    if (column === undefined || row === undefined) continue;
    cells.set(row * bins + column, (cells.get(row * bins + column) ?? 0) + 1);
  }
  return cells;
}

/** Cells are as dark as the smallest share of the refits that reaches them: the darkest hold a quarter, all hold 95 %. */
const REGIONS = [
  { share: 0.25, opacity: 0.85 },
  { share: 0.5, opacity: 0.6 },
  { share: 0.75, opacity: 0.38 },
  { share: 0.95, opacity: 0.2 },
];

/** Cells from the fullest down, cut where they hold the shares of `REGIONS`. */
export function regionsOf(cells: ReadonlyMap<number, number>): { opacity: number; members: number[] }[] {
  const total = [...cells.values()].reduce((sum, count) => sum + count, 0);
  const regions = REGIONS.map(({ opacity }) => ({ opacity, members: [] as number[] }));
  let held = 0;
  for (const [cell, count] of [...cells].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
    const region = REGIONS.findIndex(({ share }) => held < share * total);
    if (region >= 0) regions[region]!.members.push(cell);
    held += count;
  }
  return regions.filter(({ members }) => members.length > 0);
}

/** Undefined outside the axis. */
function binOf(share: number, bins: number): number | undefined {
  return share >= 0 && share <= 1 ? Math.min(Math.floor(share * bins), bins - 1) : undefined;
}
