/** From the contenders' answers to the figures and tables that are shown: medians over the rounds, ratios within them. */
import { median, rounded } from "../lib/statistics.ts";

/** What came of one contender in one case; `rounds` are milliseconds, in the order in which all contenders were run. */
export interface Answer {
  readonly kind: "gemm" | "step";
  readonly case: string;
  readonly threads: number;
  readonly contender: string;
  /** Ours only; a peer's weights are dense. */
  readonly sparsity?: number;
  /** Of one product, where the case is one. */
  readonly flops?: number;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: "measured"; readonly rounds: readonly number[] }
  | { readonly kind: "absent"; readonly reason: string }
  | { readonly kind: "cannot"; readonly reason: string };

export interface Row {
  readonly kind: Answer["kind"];
  readonly case: string;
  readonly threads: number;
  readonly sparsity: number;
  readonly flops: number | undefined;
  readonly ours: Cell;
  /** By name, in the order of `contenders`. */
  readonly peers: readonly (Cell & { readonly contender: string })[];
}

export type Cell =
  /** `ratio`: median over the rounds of the peer's time over ours, above 1 where we are faster; null where ours is missing. */
  | { readonly kind: "measured"; readonly ms: number; readonly ratio: number | null }
  | Exclude<Outcome, { kind: "measured" }>;

export const OURS = "sparselaw";

/**
 * A turn's first runs do not count until they have taken this long: after a wait the system may let the threads share one core
 * for about 100 ms (measured, with ours as with jax-js), which doubles the time of a short run.
 */
const SETTLING_MS = 200;
/** What counts then takes at least this long. */
const COUNTING_MS = 300;

/** How many runs a turn has, for a contender that took `runMs` for its last one. */
export function runsOfTurn(runMs: number): number {
  return Math.ceil(SETTLING_MS / runMs) + Math.ceil(COUNTING_MS / runMs);
}

/** The time of a turn from those of its runs: the median of what comes after the settling, of the last run at least. */
export function timeOfTurn(ms: readonly number[]): number {
  let settled = 0;
  for (let spent = 0; settled < ms.length - 1 && spent < SETTLING_MS; settled++) spent += ms[settled]!;
  return median(ms.slice(settled));
}

/** One row for each of our answers, which stands against every peer's dense answer to the same case on as many threads. */
export function compare(answers: readonly Answer[]): Row[] {
  return answers
    .filter(({ contender }) => contender === OURS)
    .map((ours) => ({
      kind: ours.kind,
      case: ours.case,
      threads: ours.threads,
      sparsity: ours.sparsity ?? 0,
      flops: ours.flops,
      ours: cellOf(ours.outcome, ours.outcome),
      peers: answers
        .filter((a) => a.contender !== OURS && a.case === ours.case && a.threads === ours.threads)
        .map((peer) => ({ contender: peer.contender, ...cellOf(peer.outcome, ours.outcome) })),
    }));
}

function cellOf(outcome: Outcome, ours: Outcome): Cell {
  if (outcome.kind !== "measured") return outcome;
  const ratio = ours.kind === "measured" ? median(outcome.rounds.map((ms, round) => ms / ours.rounds[round]!)) : null;
  return { kind: "measured", ms: median(outcome.rounds), ratio };
}

/** The rows as Markdown: one table of products in GFLOP/s, one of training steps in milliseconds, and why a figure is missing. */
export function render(rows: readonly Row[], contenders: readonly string[]): string {
  const parts = [
    tableOf("x·Wᵀ, GFLOP/s", "gemm", rows, contenders),
    tableOf("training step, ms", "step", rows, contenders),
    missing(rows, contenders),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function tableOf(title: string, kind: Row["kind"], rows: readonly Row[], contenders: readonly string[]): string {
  const own = rows.filter((row) => row.kind === kind);
  if (own.length === 0) return "";
  const peers = contenders.filter((contender) => contender !== OURS);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line([title, "threads", OURS, ...peers]),
    line(["---", "--:", "--:", ...peers.map(() => "--:")]),
    ...own.map((row) =>
      line([
        nameOf(row),
        String(row.threads),
        textOf(row.ours, row, false),
        ...peers.map((peer) =>
          textOf(
            row.peers.find(({ contender }) => contender === peer),
            row,
            true,
          ),
        ),
      ]),
    ),
  ].join("\n");
}

function nameOf({ kind, case: name, sparsity }: Row): string {
  if (kind === "gemm") return name;
  return `${name}, ${sparsity === 0 ? "dense" : `S = ${sparsity}`}`;
}

function textOf(cell: Cell | undefined, { flops }: Row, withRatio: boolean): string {
  if (cell === undefined) return "not asked";
  if (cell.kind === "absent") return "absent";
  if (cell.kind === "cannot") return "cannot";
  const figure = flops === undefined ? cell.ms : flops / cell.ms / 1e6;
  const ratio = withRatio && cell.ratio !== null ? ` (${rounded(cell.ratio)}×)` : "";
  return `${rounded(figure)}${ratio}`;
}

/** One line for each reason, with the cases and threads that it holds for. */
function missing(rows: readonly Row[], contenders: readonly string[]): string {
  const places = new Map<string, Set<string>>();
  const note = (contender: string, cell: Cell, place: string) => {
    if (cell.kind === "measured") return;
    const key =
      cell.kind === "absent" ? `${contender} is absent: ${cell.reason}` : `${contender} cannot: ${cell.reason}`;
    places.set(key, (places.get(key) ?? new Set()).add(place));
  };
  for (const contender of contenders)
    for (const row of rows) {
      const place = `${row.case} on ${row.threads} ${row.threads === 1 ? "thread" : "threads"}`;
      if (contender === OURS) note(contender, row.ours, `${nameOf(row)} on ${row.threads}`);
      for (const peer of row.peers) if (peer.contender === contender) note(contender, peer, place);
    }
  return [...places].map(([reason, where]) => `* ${reason} (${[...where].join(", ")})`).join("\n");
}
