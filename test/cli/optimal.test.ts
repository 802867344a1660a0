/** `sparselaw optimal`: budgets in FLOPs, in time and by a loss to reach, and how sure the answer is. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/rng.ts";
import { type FitResult, fitLaw, presets, sparseLaw } from "../../src/fit/index.ts";
import type { Bootstrap } from "../../src/fit/uncertainty/uncertainty.ts";
import { plant } from "../fit/planted.ts";
import { temporaryDirectory } from "../temporary.ts";
import { jsonLines, runCli } from "./run-cli.ts";

const directory = temporaryDirectory();
const write = (name: string, value: unknown) => {
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(value));
  return file;
};
const optimal = (...args: string[]) => runCli("optimal", ...args);
const t5 = ["--law", "t5-c4-optimum", "--nonzero", "2e6"];

/** A machine that takes 2 ns for each non-zero weight. */
const calibration = write("laptop.json", {
  switchDensity: 1,
  products: [64, 256, 1024].map((width) => ({
    inFeatures: width,
    outFeatures: width,
    denseNsPerToken: 2 * width * width,
    sparse: [0.5, 0.125, 0.03125].map((density) => ({ density, nsPerToken: 2 * density * width * width })),
  })),
});

/** A fit whose refits differ by 5 % in every coefficient but the exponents. */
async function fitWithBootstrap(): Promise<string> {
  const fit: FitResult = await fitLaw(plant(sparseLaw, presets["t5-c4-optimum"]), { starts: 10, dataUnit: "tokens" });
  const refits = Array.from({ length: 60 }, (_, i) => {
    const stream = new RandomStream(0, "refit", i);
    const moved = (value: number) => value * Math.exp(0.05 * stream.normal());
    const { aS, cS, aD } = fit.params as Record<"aS" | "cS" | "aD", number>;
    return { ...fit.params, aS: moved(aS), cS: moved(cS), aD: moved(aD) };
  });
  const bootstrap: Bootstrap = { kind: "cases", by: null, seed: 0, replicates: 60, failed: 0, params: refits };
  const identification = { condition: 1, weakDirections: [], statements: [] };
  return write("fit.json", { ...fit, uncertainty: { bootstrap, intervals: {}, profiles: [], identification } });
}

describe("a budget in time", () => {
  test("of a measured machine buys what as many FLOPs buy at sparse cost", async () => {
    const [timed] = jsonLines(await optimal(...t5, "--hours", "5000", "--calibration", calibration, "--json"));
    const [counted] = jsonLines(await optimal(...t5, "--flops", `${((5000 * 3600) / 2e-9) * 6}`, "--json"));
    expect(timed).toMatchObject({ type: "optimal", cost: "measured", layers: 6, threads: 1, dataUnit: "tokens" });
    expect(timed!.seconds).toBeCloseTo(5000 * 3600, 3);
    expect(timed!.sparsity).toBeGreaterThan(0.5);
    expect(Math.abs((timed!.sparsity as number) - (counted!.sparsity as number))).toBeLessThan(2e-3);
    expect(timed!.loss).toBeCloseTo(counted!.loss as number, 5);
  });

  test("is told in one sentence, with what the times leave out", async () => {
    const { stdout } = await optimal(...t5, "--hours", "5000", "--threads", "2", "--calibration", calibration);
    expect(stdout).toMatch(
      /^on the machine of .*laptop\.json, 2 threads, for N = 2M and 5000.h \(.* × dense compute-optimal\), measured cost, train at S = 0\.\d+$/m,
    );
    expect(stdout).toMatch(/^ {2}D = [\d.]+B tokens, expected loss \d\.\d{4} nats, as good as a dense model of/m);
    expect(stdout).toMatch(/6 blocks of width \d+, 12·width² weights each; .*2 threads taken as 2 times as fast/);
  });

  test("says where times are extrapolated", async () => {
    const { stderr } = await optimal(...t5, "--nonzero", "1e9", "--hours", "9", "--calibration", calibration);
    expect(stderr).toMatch(
      /^optimal: times are extrapolated in proportion: layers of width .* against 64 to 1024 measured/,
    );
  });
});

describe("a target loss", () => {
  test("takes the budget whose optimum has that loss", async () => {
    const [reached] = jsonLines(await optimal(...t5, "--target-loss", "3.5", "--json"));
    const [back] = jsonLines(await optimal(...t5, "--flops", `${reached!.flops}`, "--json"));
    expect(reached!.loss).toBeCloseTo(3.5, 9);
    expect(back!.loss).toBeCloseTo(3.5, 9);
    expect(back!.sparsity).toBeCloseTo(reached!.sparsity as number, 4);
  });
});

describe("a fit with a bootstrap", () => {
  test("says what a budget leaves open of the loss, and a target loss of the budget", async () => {
    const file = await fitWithBootstrap();
    const bandIn = async (...of: string[]) =>
      (await optimal("--law", file, "--nonzero", "1e7", ...of)).stdout.split("\n").slice(1, 3).join("\n");
    const ofBudget = await bandIn("--flops", "1e18");
    expect(ofBudget).toMatch(/expected loss [\d.]+ ± [\d.]+ nats.*, loss [\d.]+ … [\d.]+$/s);
    const [, loss] = ofBudget.match(/expected loss ([\d.]+)/)!;
    expect(await bandIn("--target-loss", loss!)).toMatch(/expected loss [\d.]+ nats.*, budget \S+ … \S+ FLOPs/s);
  });

  test("gives the 95 % interval of the sparsity, the loss and m(S), at one budget", async () => {
    const file = await fitWithBootstrap();
    const args = ["--law", file, "--nonzero", "1e7", "--chinchilla-multiple", "20", "--multiplier"];
    const [multiplied, record] = jsonLines(await optimal(...args, "--json"));
    const { band, sparsity, flops } = record as unknown as {
      band: Record<"sparsity" | "flops", { low: number; high: number }>;
      sparsity: number;
      flops: number;
    };
    const { multipliers } = multiplied as unknown as {
      multipliers: { sparsity: number; denseEquivalent: { value: number; low: number; high: number } }[];
    };
    expect(band).toMatchObject({ refits: 60, without: 0, flops: { low: flops, high: flops } });
    expect(band.sparsity.low).toBeLessThan(sparsity);
    expect(band.sparsity.high).toBeGreaterThan(sparsity);
    expect(multipliers.map((m) => m.sparsity)).toEqual([0.5, 0.75, 0.875, 1]);
    for (const { denseEquivalent: m } of multipliers) expect([m.low < m.value, m.value < m.high]).toEqual([true, true]);
    const { stdout } = await optimal(...args);
    expect(stdout).toMatch(/train at S = 0\.\d+ ± 0\.\d+\n/);
    expect(stdout).toMatch(/95 % of 60 refits: S 0\.\d+ … 0\.\d+/);
  });
});

describe("--multiplier alone", () => {
  test("tells the paper's m(S) and budgets of its published T5 law, and needs no size", async () => {
    const { stdout } = await optimal("--law", "t5-c4", "--multiplier");
    expect(stdout).toMatch(/50.% +1\.59 +2\.44 +70\.2\n/);
    expect(stdout).toMatch(/75.% +2\.16 +158 +1650\n/);
    expect(stdout).toMatch(/→ 1 +3\.65/);
  });

  test("a recommendation without a size is refused", async () => {
    const { exitCode, stderr } = await optimal("--law", "t5-c4", "--flops", "1e18");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("--nonzero must be given")]);
  });
});

describe("curves", () => {
  test("are an object for each loss or budget and sparsity", async () => {
    const args = ["--flops", "1e15", "--iso-loss", "3.5,4", "--iso-flops", "1e15", "--sparsities", "0.75", "--json"];
    const [, ...curves] = jsonLines(await optimal(...t5, ...args));
    expect(curves.map(({ type, loss, flops, sparsity }) => [type, loss ?? flops, sparsity])).toEqual([
      ...[3.5, 4].flatMap((loss) => [0, 0.75].map((sparsity) => ["iso-loss", loss, sparsity])),
      ...[0, 0.75].map((sparsity) => ["iso-flops", 1e15, sparsity]),
    ]);
    for (const { points } of curves) expect((points as unknown[]).length).toBeGreaterThan(5);
  });
});

test("another ramp has another optimum", async () => {
  const at = async (...ramp: string[]) =>
    jsonLines(await optimal(...t5, "--chinchilla-multiple", "4", ...ramp, "--json"))[0]!.sparsity as number;
  expect(await at("--ramp", "0.1:0.4")).toBeGreaterThan(await at());
  expect(await at("--ramp", "0.25:0.75:1")).toBeLessThan(await at());
});

describe("a mistake is answered with what must be", () => {
  test.each([
    [["--flops", "1e15", "--hours", "1"], "budget must be one of --flops, .* got --flops and --hours"],
    [["--hours", "1", "--cost", "sparse"], "--cost must be measured for a budget in time; got sparse"],
    [
      ["--target-loss", "0.8"],
      "--target-loss must be above 2\\.\\d+, the least that 2000000 non-zero parameters come near to",
    ],
    [["--flops", "1", "--ramp", "0.75:0.25"], "It must be start:end with 0 ≤ start ≤ end ≤ 1"],
    [["--flops", "1", "--sparsities", "75"], "It must be sparsities from 0 to below 1"],
    [["--law", "vit-jft", "--hours", "1"], "--tokens-per-example must be given for a law whose D counts images"],
    [
      ["--hours", "1", "--calibration", write("none.json", { switchDensity: 1, products: [] })],
      "products must be measured; got none",
    ],
  ])("%o", async (args, message) => {
    const ended = await optimal(...t5, ...args);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toMatch(new RegExp(message));
  });
});
