/** The figures of `npm run bench:peers` follow from the contenders' answers; the answers here are made up. */
import { expect, test } from "vitest";
import { type Expected, findFault } from "../../bench/peers/checks.ts";
import { type Answer, compare, OURS, type Outcome, render, runsOfTurn, timeOfTurn } from "../../bench/peers/table.ts";

const measured = (...rounds: number[]): Outcome => ({ kind: "measured", rounds });

function step(contender: string, outcome: Outcome, options: Partial<Answer> = {}): Answer {
  return { kind: "step", case: "decoder", threads: 1, contender, outcome, ...options };
}

const answers: Answer[] = [
  step(OURS, measured(10, 30, 20), { sparsity: 0 }),
  step(OURS, measured(4, 5, 10), { sparsity: 0.75 }),
  step("quick", measured(20, 30, 10)),
  step("gone", { kind: "absent", reason: "not installed" }),
  step("narrow", { kind: "cannot", reason: "no threads" }),
];

test("a time is the median over the rounds, a ratio the median of the rounds' own ratios", () => {
  const [dense, sparse] = compare(answers);
  expect(dense!.ours).toEqual({ kind: "measured", ms: 20, ratio: 1 });
  // 20/10, 30/30, 10/20: the ratio of the medians would be 1 as well
  expect(dense!.peers[0]).toEqual({ contender: "quick", kind: "measured", ms: 20, ratio: 1 });
  // 20/4, 30/5, 10/10 have the median 5; the medians' ratio would be 4
  expect(sparse!.peers[0]).toEqual({ contender: "quick", kind: "measured", ms: 20, ratio: 5 });
});

test("an even number of rounds takes the mean of the two middle ones", () => {
  const [row] = compare([step(OURS, measured(1, 1, 1, 1)), step("quick", measured(1, 2, 4, 8))]);
  expect(row!.peers[0]).toMatchObject({ ms: 3, ratio: 3 });
});

test("the runs of a turn count from 200 ms on, and a turn has 300 ms of those", () => {
  expect(timeOfTurn([150, 100, 7, 9, 8])).toBe(8);
  expect(timeOfTurn([200, 5, 7])).toBe(6);
  expect(timeOfTurn([3000, 1000])).toBe(1000);
  // faster than the run that set their number: the last one counts
  expect(timeOfTurn([50, 40, 30])).toBe(30);
  expect(runsOfTurn(3000)).toBe(2);
  expect(runsOfTurn(100)).toBe(5);
  expect(timeOfTurn(Array.from({ length: runsOfTurn(7) }, (_, run) => (run * 7 < 200 ? 14 : 7)))).toBe(7);
});

test("each of our sparsities stands against the peers' dense figures of the same case and threads only", () => {
  const others = [
    step(OURS, measured(1), { threads: 2, sparsity: 0 }),
    step("quick", measured(7), { threads: 2 }),
    step(OURS, measured(1), { case: "vit", sparsity: 0 }),
    step("quick", measured(9), { case: "vit" }),
  ];
  const rows = compare([...answers, ...others]);
  expect(rows.map(({ case: name, threads, sparsity }) => [name, threads, sparsity])).toEqual([
    ["decoder", 1, 0],
    ["decoder", 1, 0.75],
    ["decoder", 2, 0],
    ["vit", 1, 0],
  ]);
  expect(rows.map(({ peers }) => peers.map((peer) => (peer.kind === "measured" ? peer.ms : peer.kind)))).toEqual([
    [20, "absent", "cannot"],
    [20, "absent", "cannot"],
    [7],
    [9],
  ]);
});

test("who is absent or cannot do a case is named in the table, with the reason once below it", () => {
  const table = render(compare(answers), [OURS, "quick", "gone", "narrow"]);
  expect(table.split("\n")).toEqual([
    "| training step, ms | threads | sparselaw | quick | gone | narrow |",
    "| --- | --: | --: | --: | --: | --: |",
    "| decoder, dense | 1 | 20 | 20 (1×) | absent | cannot |",
    "| decoder, S = 0.75 | 1 | 5 | 20 (5×) | absent | cannot |",
    "",
    "* gone is absent: not installed (decoder on 1 thread)",
    "* narrow cannot: no threads (decoder on 1 thread)",
  ]);
});

test("where ours is missing, the peers keep their times and have no ratio", () => {
  const rows = compare([step(OURS, { kind: "cannot", reason: "broken" }), step("quick", measured(20))]);
  expect(rows[0]!.peers[0]).toEqual({ contender: "quick", kind: "measured", ms: 20, ratio: null });
  expect(render(rows, [OURS, "quick"])).toContain("| decoder, dense | 1 | cannot | 20 |");
  expect(render(rows, [OURS, "quick"])).toContain("* sparselaw cannot: broken");
});

test("products are shown in GFLOP/s, their ratios still in time", () => {
  const gemm = (contender: string, ms: number): Answer => ({
    kind: "gemm",
    case: "512×512×512",
    threads: 2,
    contender,
    flops: 2 * 512 ** 3,
    outcome: measured(ms),
  });
  const table = render(compare([gemm(OURS, 4), gemm("quick", 8)]), [OURS, "quick"]);
  expect(table).toContain("| 512×512×512 | 2 | 67.1 | 33.6 (2×) |");
  expect(table).not.toContain("training step");
});

test("a contender that computes something else is found out", () => {
  const expected: Expected = { parameters: 100, classes: 10 };
  const facts = { versions: {}, parameters: 100, losses: [2.4, 2.2, 2.1] };
  expect(findFault(facts, expected)).toBeUndefined();
  expect(findFault({ ...facts, parameters: 90 }, expected)).toBe("its model has 90 parameters in place of 100");
  expect(findFault({ ...facts, losses: [4.1, 3] }, expected)).toBe("its first loss is not near ln 10 = 2.3: 4.1, 3");
  expect(findFault({ ...facts, losses: [2.3, 2.4] }, expected)).toBe("its loss does not fall: 2.3, 2.4");
  expect(findFault({ ...facts, losses: [2.3, Number.NaN] }, expected)).toMatch(/2\.3, not a number$/);
  expect(findFault({ ...facts, losses: [] }, expected)).toMatch(/first loss/);
  expect(findFault({ versions: {}, samples: [1, 2] }, { samples: [1, 2] })).toBeUndefined();
  expect(findFault({ versions: {}, samples: [1, 3] }, { samples: [1, 2] })).toMatch(/product/);
  expect(findFault({ versions: {} }, { samples: [1, 2] })).toMatch(/product/);
});
