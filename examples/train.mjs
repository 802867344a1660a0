import { decoder, train } from "sparselaw";

const result = await train({
  model: decoder({ dModel: 64, numLayers: 2, numHeads: 4, seqLen: 64 }),
  data: { kind: "synthetic-text" },
  training: { steps: 400, batchSize: 16, learningRate: { kind: "cosine", peak: 0.01, warmupSteps: 40 } },
  sparsity: { final: 0.75, interval: 20, switchDensity: 0.8 },
});
console.log(`${result.nonzeroParams} of ${result.denseParams} weights left (sparsity ${result.sparsity})`);
console.log(
  `validation loss ${result.validLoss.toFixed(4)} nats per token, ${result.stepsPerSecond.toFixed(0)} steps/s`,
);
console.log(`bits of all ${result.steps} losses: ${result.lossHash}`);
