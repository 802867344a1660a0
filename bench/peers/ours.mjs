/** sparselaw itself, from its sources: dense and, after the ramp, CSR. */
import { createWorkbench, Recorder } from "../../src/calibration/workbench.ts";
import { VERSION } from "../../src/core/version.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { enableTurbo } from "../../src/kernels/turbo.ts";
import { linear } from "../../src/layers/linear.ts";
import { Parameter } from "../../src/memory/parameter.ts";
import { placeTransients } from "../../src/tape/place.ts";
import { openReference } from "../lib/models.ts";
import { gemmInput, gemmSamples, gemmWeight } from "./cases.mjs";
import { serve } from "./serve.mjs";

const TILE = 32;

async function prepareStep({ name, sparsity, variant, checkSteps }, threads) {
  const reference = await openReference(name, { sparsity, threads, variant });
  const run = async () => (await reference.step()).loss;
  const losses = [];
  for (let i = 0; i < checkSteps; i++) losses.push(await run());
  return { parameters: reference.parameters, losses, run };
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
  if (benchCase.turbo) enableTurbo();
  const prepare = benchCase.kind === "gemm" ? prepareGemm : prepareStep;
  return { versions: { sparselaw: VERSION }, ...(await prepare(benchCase, threads)) };
});
