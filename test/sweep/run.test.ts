import { describe, expect, test } from "vitest";
import { planSweep, type SweepPlan } from "../../src/sweep/plan.ts";
import { createRunPool } from "../../src/sweep/pool.ts";
import { runSweep, type SweepEvent, type SweepSummary } from "../../src/sweep/run.ts";
import { FATE } from "./fake-worker.ts";
import { bytes, sweepOf } from "./fixtures.ts";

const plan = (seeds: [number, ...number[]]): SweepPlan =>
  planSweep(sweepOf({ nonzeroParams: [24_576], sparsities: [0, 0.75], data: [12_800], seeds }), bytes, 0.7);

interface Options {
  completed?: string[];
  jobs?: number;
  signal?: AbortSignal;
  onEvent?: (event: SweepEvent) => void;
}

async function run(sweep: SweepPlan, { completed = [], jobs = 2, signal, onEvent }: Options = {}) {
  const events: SweepEvent[] = [];
  const summary: SweepSummary = await runSweep(sweep, {
    out: "unused",
    baseDir: ".",
    turbo: false,
    jobs,
    signal,
    completed: new Set(completed),
    pool: createRunPool({ jobs, worker: new URL("fake-worker.ts", import.meta.url) }),
    onEvent(event) {
      events.push(event);
      onEvent?.(event);
    },
  });
  const started = events.flatMap((event) => (event.type === "run-start" ? [event.id] : []));
  return { summary, events, started };
}

describe("a sweep", () => {
  test("trains every run once, the longest first", async () => {
    const sweep = planSweep(sweepOf(), bytes, 0.7);
    const { summary, started } = await run(sweep, { jobs: 1 });
    expect(summary).toMatchObject({ type: "sweep", total: 8, completed: 8, failed: [], left: 0 });
    const longestFirst = sweep.runs.toSorted((a, b) => b.workFlops - a.workFlops).map(({ id }) => id);
    expect(started).toEqual(longestFirst);
  });

  test("does only what is missing", async () => {
    const sweep = planSweep(sweepOf(), bytes, 0.7);
    const completed = sweep.runs.slice(0, 5).map(({ id }) => id);
    const { summary, started } = await run(sweep, { completed });
    expect(new Set(started)).toEqual(new Set(sweep.runs.slice(5).map(({ id }) => id)));
    expect(summary).toMatchObject({ total: 8, completed: 8, left: 0 });
  });

  test("with nothing missing starts nothing", async () => {
    const sweep = planSweep(sweepOf(), bytes, 0.7);
    const { summary, started } = await run(sweep, { completed: sweep.runs.map(({ id }) => id) });
    expect(started).toEqual([]);
    expect(summary).toMatchObject({ total: 8, completed: 8, failed: [], left: 0 });
  });

  test.each([
    ["fails", FATE.fails, "the disk is full"],
    ["diverges", FATE.diverges, "loss is NaN"],
    [
      "loses its worker",
      FATE.dies,
      'sweep: a run\'s worker must live to its end; got "worker exited with code: 9". Start the sweep again to go on.',
    ],
  ])("records a run that %s and goes on with the others", async (_, fate, message) => {
    const sweep = plan([FATE.completes, fate]);
    const { summary } = await run(sweep);
    const doomed = sweep.runs.filter(({ config }) => config.seed === fate);
    expect(summary).toMatchObject({ total: 4, completed: 2, left: 0 });
    expect(summary.failed.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(
      doomed
        .map(({ id, config }) => ({ id, name: config.name, message }))
        .toSorted((a, b) => a.name.localeCompare(b.name)),
    );
  });

  test("that is stopped lets running jobs checkpoint and begins no other", async () => {
    const stop = new AbortController();
    const sweep = plan([FATE.waitsForStop, 5, 6, 7]);
    let begun = 0;
    const { summary, events, started } = await run(sweep, {
      signal: stop.signal,
      onEvent(event) {
        if (event.type === "run-start") begun++;
        if (event.type === "progress" && begun >= 2) stop.abort();
      },
    });
    expect(summary.failed).toEqual([]);
    expect(summary.completed + summary.left).toBe(8);
    expect(summary.left).toBeGreaterThanOrEqual(8 - started.length);
    const stopped = events.filter((event) => event.type === "run-end" && event.result.status === "stopped");
    expect(stopped.length).toBe(summary.left - (8 - started.length));
  });

  test("that is stopped before its start begins nothing", async () => {
    const { summary, started } = await run(plan([0]), { signal: AbortSignal.abort() });
    expect(started).toEqual([]);
    expect(summary).toMatchObject({ total: 2, completed: 0, failed: [], left: 2 });
  });

  test("reports progress that ends at everything done", async () => {
    const { events } = await run(plan([FATE.completes]));
    const last = events.findLast((event) => event.type === "progress");
    expect(last).toMatchObject({ total: 2, completed: 2, failed: 0, running: [], share: 1, etaSeconds: 0 });
  });
});
