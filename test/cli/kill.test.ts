import { beforeEach, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { jsonLines, runCli, startCli, writeYaml } from "./run-cli.ts";

const MODELS = {
  decoder: `model: { family: decoder, dModel: 32, numLayers: 2, numHeads: 2, seqLen: 40 }
data: { kind: synthetic-text, vocabSize: 64 }`,
  vit: `model: { family: vit, dModel: 32, numLayers: 2, numHeads: 2, patchSize: 4, pooling: class }
data: { kind: synthetic-images, imageSize: 16, numClasses: 5 }`,
};

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});

describe.each(Object.entries(MODELS))("a %s killed with SIGKILL", (_, model) => {
  test("and started again, on another number of threads, ends with the lossHash of an uninterrupted run", async () => {
    const config = writeYaml(
      directory,
      `${model}
training: { steps: 300, batchSize: 8, checkpointEvery: 20, evalEvery: 50, evalExamples: 16 }
sparsity: { final: 0.75, interval: 10, switchDensity: 0.7 }
`,
    );
    const uninterrupted = await runCli("train", config, "--out", `${directory}/whole`, "--json");
    const killed = startCli("train", config, "--out", `${directory}/killed`, "--json");
    await killed.seen(/"type":"checkpoint","step":1[2-9]0/);
    killed.child.kill("SIGKILL");
    expect((await killed.ended).stdout).not.toContain('"type":"result"');
    const resumed = await runCli("train", config, "--out", `${directory}/killed`, "--threads", "2", "--json");
    const [expected, actual] = [uninterrupted, resumed].map((ended) => jsonLines(ended).at(-1)!);
    expect(jsonLines(resumed)[0]).toMatchObject({ type: "start" });
    // The event comes before the file, so the checkpoint before it is the least that must be there.
    expect(jsonLines(resumed)[0]!.step).toBeGreaterThanOrEqual(100);
    for (const key of ["status", "lossHash", "validLoss", "nonzeroParams", "trainFlops", "id"])
      expect(actual![key], key).toBe(expected![key]);
  });
});
