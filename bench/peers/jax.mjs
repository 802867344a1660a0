/** jax-js on its wasm backend: the whole training step is one jit-compiled function. Its arrays are owned: a second use takes `.ref`. */
import { readFileSync } from "node:fs";
import { gemmInput, gemmSamples, gemmWeight } from "./cases.mjs";
import { serve } from "./serve.mjs";
import { biasCorrections, countParameters, declareParameters, fixedBatch, initialValues } from "./transformer.mjs";
import { provideWebWorkers } from "./web-worker.mjs";

async function prepareGemm({ jit, numpy: np }, gemm) {
  const { tokens, inFeatures, outFeatures } = gemm;
  const matrix = (rows, cols, at) =>
    np
      .array(Float32Array.from({ length: rows * cols }, (_, i) => at(Math.floor(i / cols), i % cols)))
      .reshape([rows, cols]);
  const x = matrix(tokens, inFeatures, gemmInput);
  const w = matrix(inFeatures, outFeatures, (feature, output) => gemmWeight(output, feature));
  const product = jit((x, w) => np.matmul(x, w));
  const run = async () => {
    const y = product(x.ref, w.ref);
    await y.blockUntilReady();
    y.dispose();
  };
  for (let i = 0; i < 10; i++) await run();
  const values = await product(x.ref, w.ref).data();
  const samples = gemmSamples(gemm).map(([token, output]) => values[token * outFeatures + output]);
  return { samples, run };
}

async function prepareStep(jax, { model, batchSize, optimizer, checkSteps }) {
  const { numpy: np, tree, jit, valueAndGrad, blockUntilReady } = jax;
  const specs = declareParameters(model);
  const array = (values, shape) => np.array(values).reshape(shape);
  const byName = (of) => Object.fromEntries(Object.keys(specs).map((name) => [name, of(name, specs[name])]));
  let weights = byName((name, spec) => array(initialValues(name, spec), spec.shape));
  let first = byName((_, { shape }) => np.zeros(shape));
  let second = byName((_, { shape }) => np.zeros(shape));
  const batch = fixedBatch({ batchSize, model });
  const { channels, imageSize } = model;
  const inputs =
    model.family === "decoder"
      ? np.array(batch.inputs)
      : array(batch.inputs, [batchSize, channels, imageSize, imageSize]);
  const labels = np.array(batch.labels);

  const lossAndGradients = valueAndGrad(createLoss(jax, model, batchSize));
  const train = jit((weights, first, second, corrections, inputs, labels) => {
    const [loss, grads] = lossAndGradients(tree.ref(weights), inputs, labels);
    const update = createUpdate(jax, optimizer, corrections);
    const updated = byName((name, { isDecayed }) =>
      update(weights[name], first[name], second[name], grads[name], isDecayed),
    );
    const part = (i) => byName((name) => updated[name][i]);
    tree.dispose(corrections);
    return [loss, part(0), part(1), part(2)];
  });

  let step = 0;
  const run = async () => {
    const corrections = biasCorrections(optimizer, ++step).map((scale) => np.array([scale]));
    const [loss, ...state] = train(weights, first, second, corrections, inputs.ref, labels.ref);
    await blockUntilReady(state);
    [weights, first, second] = state;
    return (await loss.data())[0];
  };
  const losses = [];
  for (let i = 0; i < checkSteps; i++) losses.push(await run());
  return { parameters: countParameters(specs), losses, run };
}

/** AdamW for one parameter; takes all its arguments but the corrections. */
function createUpdate({ numpy: np }, { learningRate, beta1, beta2, epsilon, weightDecay }, [scale1, scale2]) {
  return (weight, first, second, grad, isDecayed) => {
    const firstNew = first.mul(beta1).add(grad.ref.mul(1 - beta1));
    const secondNew = second.mul(beta2).add(np.square(grad).mul(1 - beta2));
    const denominator = np.sqrt(secondNew.ref.mul(scale2.ref)).add(epsilon);
    const update = firstNew.ref.mul(scale1.ref).mul(learningRate).div(denominator);
    const kept = isDecayed ? weight.mul(1 - learningRate * weightDecay) : weight;
    return [kept.sub(update), firstNew, secondNew];
  };
}

/** (parameters by name, inputs, labels) → mean cross-entropy. */
function createLoss({ numpy: np, nn }, model, batchSize) {
  const { dModel, numHeads, numLayers, seqLen, classes, family } = model;
  const tokens = batchSize * seqLen;
  const linear = (p, name, x) => np.matmul(x, p[`${name}.weight`]).add(p[`${name}.bias`]);
  const norm = (p, name, x) => nn.standardize(x).mul(p[`${name}.gain`]).add(p[`${name}.bias`]);

  function attention(p, name, x) {
    const heads = (part, x) =>
      linear(p, `${name}.${part}`, x).reshape([batchSize, seqLen, numHeads, dModel / numHeads]);
    const [query, key, value] = [heads("query", x.ref), heads("key", x.ref), heads("value", x)];
    const mixed = nn.dotProductAttention(query, key, value, { isCausal: family === "decoder" });
    return linear(p, `${name}.output`, mixed.reshape([tokens, dModel]));
  }

  function embed(p, inputs) {
    if (family === "decoder") return np.matmul(nn.oneHot(inputs, classes), p.table);
    const { channels, imageSize, patchSize } = model;
    const side = imageSize / patchSize;
    const patches = inputs
      .reshape([batchSize, channels, side, patchSize, side, patchSize])
      .transpose([0, 2, 4, 1, 3, 5])
      .reshape([tokens, channels * patchSize ** 2]);
    return linear(p, "patches", patches);
  }

  return (p, inputs, labels) => {
    let x = embed(p, inputs).reshape([batchSize, seqLen, dModel]).add(p.positions).reshape([tokens, dModel]);
    for (let block = 0; block < numLayers; block++) {
      x = x.ref.add(attention(p, block, norm(p, `${block}.attentionNorm`, x)));
      const up = nn.gelu(linear(p, `${block}.up`, norm(p, `${block}.mlpNorm`, x.ref)));
      x = x.add(linear(p, `${block}.down`, up));
    }
    x = norm(p, "finalNorm", x);
    const pooled = family === "decoder" ? x : x.reshape([batchSize, seqLen, dModel]).mean(1);
    const logits = linear(p, "head", pooled);
    const numLabels = logits.shape[0];
    return nn
      .logSoftmax(logits)
      .mul(nn.oneHot(labels, classes))
      .sum()
      .mul(-1 / numLabels);
  };
}

await serve(async (benchCase, threads) => {
  // the library decides on the first import whether and how wide it works in parallel
  if (threads > 1) provideWebWorkers(threads);
  const jax = await import("@jax-js/jax");
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const manifest = new URL("../package.json", import.meta.resolve("@jax-js/jax"));
  const prepare = benchCase.kind === "gemm" ? prepareGemm : prepareStep;
  return {
    versions: { "jax-js": JSON.parse(readFileSync(manifest, "utf8")).version },
    ...(await prepare(jax, benchCase)),
  };
});
