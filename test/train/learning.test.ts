import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config/run-config.ts";
import { ConfigError, MemoryError, ShapeError } from "../../src/core/errors.ts";
import { createDivergenceCheck } from "../../src/train/divergence.ts";
import { train } from "../../src/train/node.ts";
import { tinyDecoder, tinyVit } from "./fixtures.ts";

const optimizers: [string, Partial<RunConfigInput["training"]>][] = [
  ["AdamW", { optimizer: { kind: "adamw" }, learningRate: { kind: "constant", peak: 1e-2 } }],
  ["Adafactor", { optimizer: { kind: "adafactor" }, learningRate: { kind: "rsqrt", scale: 1, warmupSteps: 400 } }],
  ["SGD", { optimizer: { kind: "sgd" }, learningRate: { kind: "constant", peak: 0.1 } }],
];

describe.each(optimizers)("%s", (_, training) => {
  test("learns the synthetic language well below its first loss, dense and at S = .75", async () => {
    for (const final of [0, 0.75]) {
      const { validLoss } = await train(
        tinyDecoder({ steps: 200, batchSize: 8, ...training }, { final, interval: 10 }),
      );
      expect(validLoss).toBeLessThan(0.85 * Math.log(24));
    }
  });

  test("learns to tell synthetic images apart", async () => {
    const { validAccuracy } = await train(tinyVit({ steps: 250, batchSize: 16, ...training }, { final: 0.5 }));
    expect(validAccuracy).toBeGreaterThan(0.5);
  });
});

test.each([
  [
    "RMSNorm, gated GELU, tied embedding, no biases",
    { norm: "rmsnorm", activation: "geglu", tiedEmbedding: true, bias: false },
  ],
  ["z-loss, two token tiles", { seqLen: 40 }],
] as const)("a decoder with %s learns", async (_, model) => {
  const config = tinyDecoder({ steps: 200, batchSize: 8, zLoss: 1e-4 });
  const { validLoss } = await train({ ...config, model: { ...config.model, ...model } as RunConfigInput["model"] });
  expect(validLoss).toBeLessThan(0.85 * Math.log(24));
});

test("a learning rate far too high ends as a diverged run that says so, not as a number", async () => {
  const result = await train(
    tinyDecoder({
      steps: 400,
      clipNorm: null,
      optimizer: { kind: "sgd" },
      learningRate: { kind: "constant", peak: 1e4 },
    }),
  );
  expect(result.status).toBe("diverged");
  expect(result.message).toMatch(
    /loss must stay finite and below its start; got .* at step \d+\. Lower training\.learningRate/,
  );
});

test("the divergence check waits for a window of losses and passes a single hard batch", () => {
  const losses: number[] = [];
  const isDiverged = createDivergenceCheck(losses);
  const see = (loss: number) => {
    losses.push(loss);
    return isDiverged(loss);
  };
  for (let i = 0; i < 100; i++) expect(see(3)).toBe(false);
  expect(see(30)).toBe(false);
  expect(see(Number.NaN)).toBe(true);
});

test("a patch size that does not divide the image names both", async () => {
  const config = tinyVit();
  const model = { ...config.model, patchSize: 3 } as RunConfigInput["model"];
  await expect(train({ ...config, model })).rejects.toThrow(ShapeError);
  await expect(train({ ...config, model })).rejects.toThrow(/patchSize must divide .* \(8×8\); got 3/);
});

test("a plan beyond 4 GiB is refused before anything runs, with its parts and a remedy", async () => {
  const config = tinyDecoder();
  const model = { ...config.model, dModel: 8192, numLayers: 8 } as RunConfigInput["model"];
  const refused = train({ ...config, model });
  await expect(refused).rejects.toThrow(MemoryError);
  await expect(refused).rejects.toThrow(
    /at most 4\.0 GiB; got .* GiB \(.*parameters and optimizer .*\)\. Use a smaller model\.dModel/,
  );
});

test("data that do not fill one batch are refused by name", async () => {
  const refused = train({
    ...tinyDecoder(),
    data: { kind: "text", paths: ["LICENSE"] },
    training: { steps: 2, batchSize: 4096 },
  });
  await expect(refused).rejects.toThrow(ConfigError);
});
