/** The builds of the kernels and the revectorizer, as `train` takes and records them. */
import { beforeEach, expect, test } from "vitest";
import { isVariantSupported } from "../../src/kernels/variant.ts";
import { temporaryDirectory } from "../temporary.ts";
import { jsonLines, runCli, writeYaml } from "./run-cli.ts";

const canTurbo = Number(process.versions.node.split(".")[0]) >= 24;

let directory: string;
let config: string;
beforeEach(() => {
  directory = temporaryDirectory();
  config = writeYaml(
    directory,
    `model: { family: decoder, dModel: 40, numLayers: 2, numHeads: 2, seqLen: 40, norm: rmsnorm, activation: geglu }
data: { kind: synthetic-text, vocabSize: 64 }
training: { steps: 40, batchSize: 5 }
sparsity: { final: 0.75, interval: 5, switchDensity: 0.7 }
`,
  );
});

const trained = async (...flags: string[]) => {
  const ended = await runCli("train", config, "--out", `${directory}/${flags.join("")}`, "--json", ...flags);
  expect(ended.stderr).toBe("");
  return jsonLines(ended);
};

test.runIf(canTurbo)(
  "turbo is on unless --no-turbo is given, with the same bits, and is named in the record",
  async () => {
    const plain = await trained("--no-turbo");
    const turbo = await trained();
    expect(plain.at(-1)).toMatchObject({ status: "completed", variant: "strict", turbo: false });
    expect(turbo.at(-1)).toMatchObject({ status: "completed", variant: "strict", turbo: true });
    expect(turbo[0]).toMatchObject({ type: "start", turbo: true });
    for (const key of ["id", "lossHash", "validLoss"]) expect(turbo.at(-1)![key], key).toBe(plain.at(-1)![key]);
  },
);

test.runIf(canTurbo)("--turbo gives the relaxed build's same bits too, on two threads", async () => {
  const plain = await trained("--variant", "relaxed", "--no-turbo");
  const turbo = await trained("--variant", "relaxed", "--turbo", "--threads", "2");
  expect(turbo.at(-1)!.lossHash).toBe(plain.at(-1)!.lossHash);
});

test.runIf(isVariantSupported("relaxed"))("--variant takes the configuration's place, and is another run", async () => {
  const strict = (await trained()).at(-1)!;
  const relaxed = (await trained("--variant", "relaxed")).at(-1)!;
  expect(relaxed).toMatchObject({ status: "completed", variant: "relaxed", config: { variant: "relaxed" } });
  expect(relaxed.id).not.toBe(strict.id);
  expect(Math.abs((relaxed.validLoss as number) - (strict.validLoss as number))).toBeLessThan(1e-2);
});

test.runIf(!canTurbo)("--turbo on a Node that cannot is an error, not a slower run", async () => {
  const { exitCode, stderr } = await runCli("train", config, "--out", directory, "--turbo");
  expect(stderr).toMatch(/^turbo: Node must be 24 or newer; got /);
  expect(exitCode).not.toBe(0);
});
