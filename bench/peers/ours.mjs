/** sparselaw itself, from its sources: dense and, after the ramp, CSR. */
import { createWorkbench, Recorder } from "../../src/calibration/workbench.ts";
import { parseRunConfig } from "../../src/core/config.ts";
import { VERSION } from "../../src/core/version.ts";
import { syntheticSource } from "../../src/data/synthetic.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createMemory } from "../../src/kernels/abi.ts";
import { linear } from "../../src/layers/linear.ts";
import { Parameter } from "../../src/memory/parameter.ts";
import { placeTransients } from "../../src/tape/place.ts";
import { planProgram } from "../../src/train/program.ts";
import { Session } from "../../src/train/session.ts";
import { REFERENCE_MODELS } from "../lib/models.ts";
import { gemmInput, gemmSamples, gemmWeight } from "./cases.mjs";
import { serve } from "./serve.mjs";

const TILE = 32;

/** The whole ramp is one mask update before the first step, so that every step timed is at the final sparsity. */
async function prepareStep({ name, sparsity, variant, checkSteps, optimizer }, threads) {
  const { model, data, batchSize } = REFERENCE_MODELS[name];
  const { learningRate: peak, ...adamw } = optimizer;
  const config = parseRunConfig({
    model,
    data,
    training: {
      steps: 1_000_000,
      batchSize,
      learningRate: { kind: "constant", peak },
      optimizer: { kind: "adamw", ...adamw },
    },
    sparsity: { final: sparsity, start: 0, end: 0 },
    variant,
  });
  const source = oneBatch(syntheticSource(config.data), batchSize);
  const program = planProgram(config, source, { threads, switchDensity: 1 });
  const engine = await createEngine({ memory: createMemory(program.arena.bytes), variant, threads });
  const session = await Session.open(program, engine, source);
  if (sparsity > 0) session.applyUpdate(0);
  let step = 0;
  const run = async () => (await session.trainStep(step++)).loss;
  const losses = [];
  for (let i = 0; i < checkSteps; i++) losses.push(await run());
  return { parameters: program.model.parameters.reduce((sum, { size }) => sum + size, 0), losses, run };
}

/** The first examples of a source, made up once: the peers' steps see one batch too, and are not charged for its making. */
function oneBatch({ train, ...source }, batchSize) {
  if (source.kind === "tokens") {
    const windows = new Map();
    const read = (index, seqLen) => {
      const window = new Int32Array(seqLen + 1);
      train.readWindow(index, seqLen, window, 0);
      windows.set(index, window);
      return window;
    };
    return {
      ...source,
      train: {
        ...train,
        numWindows: () => batchSize,
        readWindow: (index, seqLen, into, offset) => into.set(windows.get(index) ?? read(index, seqLen), offset),
      },
    };
  }
  const images = Array.from({ length: batchSize }, (_, index) => {
    const pixels = new Float32Array(source.channels * source.height * source.width);
    return { pixels, label: train.readImage(index, 0, pixels, 0) };
  });
  return {
    ...source,
    train: {
      size: batchSize,
      readImage(index, _augmentKey, into, offset) {
        into.set(images[index].pixels, offset);
        return images[index].label;
      },
    },
  };
}

/** The forward product of a dense linear layer as training runs it: W is packed anew each time. */
async function prepareGemm(gemm, threads) {
  const { tokens, inFeatures, outFeatures, variant } = gemm;
  const recorder = new Recorder();
  const numTiles = tokens / TILE;
  const tensor = recorder.tensor("x", tokens * inFeatures, "f32", (i) => {
    const tile = Math.floor(i / (inFeatures * TILE));
    return gemmInput(tile * TILE + (i % TILE), Math.floor(i / TILE) % inFeatures);
  });
  const weight = new Parameter(
    recorder.arena,
    {
      name: "weight",
      rows: outFeatures,
      cols: inFeatures,
      role: "block",
      isLinear: true,
      hasWeightDecay: false,
      initialDeviation: 0,
      initialMean: 0,
    },
    { planes: ["value"], isPruned: false, csrCapacity: undefined },
  );
  const fill = (i) => gemmWeight(Math.floor(i / inFeatures), i % inFeatures);
  recorder.filled.push({ tensor: weight.value, fill });
  const y = linear(recorder.tape, { weight, bias: null }, { tensor, features: inFeatures, numTiles });
  const offset = placeTransients(recorder.tape).offsets.get(y.tensor);
  let product;
  const { run } = await createWorkbench(recorder, {
    variant,
    threads,
    createEngine,
    prepare: {
      stagingBytes: 0,
      run: (_kernels, memory, transients) => {
        product = new Float32Array(memory.buffer, transients + offset, tokens * outFeatures);
      },
    },
  });
  for (let i = 0; i < 20; i++) await run();
  const samples = gemmSamples(gemm).map(([token, output]) => {
    const tile = Math.floor(token / TILE);
    return product[(tile * outFeatures + output) * TILE + (token % TILE)];
  });
  return { samples, run };
}

await serve(async (benchCase, threads) => {
  const prepare = benchCase.kind === "gemm" ? prepareGemm : prepareStep;
  return { versions: { sparselaw: VERSION }, ...(await prepare(benchCase, threads)) };
});
