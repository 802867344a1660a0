/** What a mask change does to a weight, written down once more on plain arrays: no format, no memory, no kernel. */

export type Numbers = readonly number[];

export interface NmPattern {
  readonly n: number;
  readonly m: number;
}

export class DenseModel {
  readonly rows: number;
  readonly cols: number;
  /** Of every weight, row-major. */
  readonly planes: Map<string, number[]>;
  mask: boolean[];

  constructor(rows: number, cols: number, planes: ReadonlyMap<string, Numbers>) {
    this.rows = rows;
    this.cols = cols;
    this.planes = new Map([...planes].map(([name, values]) => [name, [...values]]));
    this.mask = Array.from({ length: rows * cols }, () => true);
  }

  get size(): number {
    return this.rows * this.cols;
  }

  get kept(): number[] {
    return this.indices((isKept) => isKept);
  }

  get pruned(): number[] {
    return this.indices((isKept) => !isKept);
  }

  prune(count: number, scores: Numbers, pattern?: NmPattern): void {
    if (pattern === undefined) this.adopt(new Set(best(this.kept, scores, count)));
    else this.adopt(new Set(bestOfPattern(this, scores, count, pattern)));
  }

  regrow(dropped: number, grown: number, dropScores: Numbers, growthScores: Numbers): void {
    const { kept, pruned } = this;
    const left = new Set(best(kept, dropScores, kept.length - dropped));
    const gone = kept.filter((i) => !left.has(i));
    const fresh = best(pruned, growthScores, Math.min(grown, pruned.length));
    const back = best(gone, growthScores, grown - fresh.length);
    this.adopt(new Set([...left, ...fresh, ...back]));
  }

  densify(): void {
    this.adopt(new Set(this.mask.keys()));
  }

  /** Whoever was kept and is kept has its numbers; everyone else is 0. */
  private adopt(after: ReadonlySet<number>): void {
    for (const [name, values] of this.planes)
      this.planes.set(
        name,
        values.map((x, i) => (this.mask[i] && after.has(i) ? x : 0)),
      );
    this.mask = this.mask.map((_, i) => after.has(i));
  }

  private indices(isWanted: (isKept: boolean) => boolean): number[] {
    return [...this.mask.keys()].filter((i) => isWanted(this.mask[i]!));
  }
}

/** The `count` of `indices` of largest |score|, ties to the lower index. */
function best(indices: readonly number[], scores: Numbers, count: number): number[] {
  const size = (i: number) => Math.abs(scores[i]!);
  return [...indices].sort((a, b) => size(b) - size(a) || a - b).slice(0, count);
}

/** The n best of every m columns of a row first, then the rest; |score| among either to 2 ulp, as the kernel has it. */
function bestOfPattern(model: DenseModel, all: Numbers, count: number, { n, m }: NmPattern): number[] {
  const { size, cols, mask } = model;
  const scores = all.map((x, i) => (mask[i] ? x : 0));
  const lifted = new Set<number>();
  for (let row = 0; row < size; row += cols)
    for (let first = row; first < row + cols; first += m) {
      const group = range(first, Math.min(first + m, row + cols));
      for (const i of best(group, scores, n)) lifted.add(i);
    }
  const coarse = scores.map((x) => new Int32Array(Float32Array.of(Math.abs(x)).buffer)[0]! >> 1);
  const isLifted = (i: number) => Number(lifted.has(i));
  const compare = (a: number, b: number) => isLifted(b) - isLifted(a) || coarse[b]! - coarse[a]! || a - b;
  return range(0, size).sort(compare).slice(0, count);
}

function range(begin: number, end: number): number[] {
  return Array.from({ length: end - begin }, (_, i) => begin + i);
}
