/**
 * TensorFlow.js on its wasm backend, at its best: it multiplies by transposed matrices an order of magnitude slower than by
 * plain ones, sums over rows slowly, and has vector instructions for the sigmoid but not for tanh. The custom gradients
 * below transpose first, sum by a product with ones, and write GELU by the sigmoid; the mathematics is that of the others.
 */
import { gemmInput, gemmSamples, gemmWeight } from "./cases.mjs";
import { Impossible, serve } from "./serve.mjs";
import { biasCorrections, countParameters, declareParameters, fixedBatch, initialValues } from "./transformer.mjs";

/** W lies transposed, (in, out), as a model for this library would keep it. */
async function prepareGemm(tf, gemm) {
  const { tokens, inFeatures, outFeatures } = gemm;
  const matrix = (rows, cols, at) =>
    tf.tensor2d(
      Float32Array.from({ length: rows * cols }, (_, i) => at(Math.floor(i / cols), i % cols)),
      [rows, cols],
    );
  const x = matrix(tokens, inFeatures, gemmInput);
  const w = matrix(inFeatures, outFeatures, (feature, output) => gemmWeight(output, feature));
  for (let i = 0; i < 10; i++) tf.matMul(x, w).dispose();
  const product = tf.matMul(x, w);
  const values = await product.data();
  product.dispose();
  const samples = gemmSamples(gemm).map(([token, output]) => values[token * outFeatures + output]);
  return { samples, run: async () => tf.matMul(x, w).dispose() };
}

async function prepareStep(tf, { model, batchSize, optimizer, checkSteps }) {
  const specs = declareParameters(model);
  const names = Object.keys(specs);
  let weights = names.map((name) => tf.tensor(initialValues(name, specs[name]), specs[name].shape));
  let first = weights.map((weight) => tf.zerosLike(weight));
  let second = weights.map((weight) => tf.zerosLike(weight));
  const lossOf = createLoss(tf, model, batchSize, createBatch(tf, model, batchSize));
  const gradients = tf.valueAndGrads((...tensors) =>
    lossOf(Object.fromEntries(names.map((name, i) => [name, tensors[i]]))),
  );
  let step = 0;

  const train = () => {
    const update = createUpdate(tf, optimizer, ++step);
    const { value, grads } = gradients(weights);
    const updated = names.map((name, i) => update(weights[i], first[i], second[i], grads[i], specs[name].isDecayed));
    return { loss: value, state: [0, 1, 2].map((part) => updated.map((tensors) => tensors[part])) };
  };
  const run = async () => {
    const { loss, state } = tf.tidy(train);
    tf.dispose([weights, first, second]);
    [weights, first, second] = state;
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
  const losses = [];
  for (let i = 0; i < checkSteps; i++) losses.push(await run());
  return { parameters: countParameters(specs), losses, run };
}

/** The inputs, and the labels as one-hot rows. */
function createBatch(tf, model, batchSize) {
  const { family, classes, channels, imageSize } = model;
  const { inputs, labels } = fixedBatch({ batchSize, model });
  const oneHot = (indices) => tf.cast(tf.oneHot(tf.tensor1d(indices, "int32"), classes), "float32");
  return {
    inputs:
      family === "decoder"
        ? { indices: tf.tensor1d(inputs, "int32"), oneHotT: tf.transpose(oneHot(inputs)) }
        : tf.tensor4d(inputs, [batchSize, channels, imageSize, imageSize]),
    labels: oneHot(labels),
  };
}

/** AdamW for one parameter at `step`, counted from 1. */
function createUpdate(tf, optimizer, step) {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = optimizer;
  const [scale1, scale2] = biasCorrections(optimizer, step);
  return (weight, first, second, grad, isDecayed) => {
    const firstNew = tf.add(tf.mul(first, beta1), tf.mul(grad, 1 - beta1));
    const secondNew = tf.add(tf.mul(second, beta2), tf.mul(tf.square(grad), 1 - beta2));
    const deviation = tf.add(tf.sqrt(tf.mul(secondNew, scale2)), epsilon);
    const kept = isDecayed ? tf.mul(weight, 1 - learningRate * weightDecay) : weight;
    return [tf.sub(kept, tf.div(tf.mul(firstNew, learningRate * scale1), deviation)), firstNew, secondNew];
  };
}

/** The loss of a batch as a function of the parameters by name. */
function createLoss(tf, model, batchSize, { inputs, labels }) {
  const { dModel, numHeads, numLayers, seqLen, family } = model;
  const headDim = dModel / numHeads;
  const tokens = batchSize * seqLen;
  const { product, add, addRow, scaleRow, scale, reshape, transpose, ...functions } = createOperations(tf);
  const linear = (p, name, x) => addRow(product(x, p[`${name}.weight`]), p[`${name}.bias`]);
  const norm = (p, name, x) => addRow(scaleRow(functions.standardise(x), p[`${name}.gain`]), p[`${name}.bias`]);
  const numScores = seqLen * seqLen;
  const hidden = tf.tensor1d(
    Float32Array.from({ length: numScores }, (_, i) => (i % seqLen > Math.floor(i / seqLen) ? -1e9 : 0)),
  );
  const masked = (scores) =>
    family === "decoder" ? reshape(addRow(reshape(scores, [-1, numScores]), hidden), [-1, seqLen, seqLen]) : scores;

  function attention(p, name, x) {
    const heads = (part) => {
      const split = reshape(linear(p, `${name}.${part}`, x), [batchSize, seqLen, numHeads, headDim]);
      return reshape(transpose(split, [0, 2, 1, 3]), [batchSize * numHeads, seqLen, headDim]);
    };
    const scores = product(scale(heads("query"), headDim ** -0.5), transpose(heads("key"), [0, 2, 1]));
    const mixed = product(functions.softmax(masked(scores)), heads("value"));
    const joined = transpose(reshape(mixed, [batchSize, numHeads, seqLen, headDim]), [0, 2, 1, 3]);
    return linear(p, `${name}.output`, reshape(joined, [tokens, dModel]));
  }

  function embed(p) {
    if (family === "decoder") return functions.lookUp(p.table, inputs);
    const { channels, imageSize, patchSize } = model;
    const side = imageSize / patchSize;
    const grid = reshape(inputs, [batchSize, channels, side, patchSize, side, patchSize]);
    return linear(p, "patches", reshape(transpose(grid, [0, 2, 4, 1, 3, 5]), [tokens, channels * patchSize ** 2]));
  }

  return (p) => {
    const sequences = reshape(embed(p), [batchSize, seqLen * dModel]);
    let x = reshape(addRow(sequences, reshape(p.positions, [seqLen * dModel])), [tokens, dModel]);
    for (let block = 0; block < numLayers; block++) {
      x = add(x, attention(p, block, norm(p, `${block}.attentionNorm`, x)));
      const up = functions.gelu(linear(p, `${block}.up`, norm(p, `${block}.mlpNorm`, x)));
      x = add(x, linear(p, `${block}.down`, up));
    }
    x = norm(p, "finalNorm", x);
    const pooled = family === "decoder" ? x : functions.meanOfSequence(reshape(x, [batchSize, seqLen, dModel]));
    return functions.crossEntropy(linear(p, "head", pooled), labels);
  };
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;
const LAYERNORM_EPSILON = 1e-5;

/**
 * Operations with their gradients, which this build of the library leaves to its user. A gradient that is dY itself is cloned,
 * since the library disposes of each gradient that it adds to another.
 */
function createOperations(tf) {
  const swapLast = (x) => tf.transpose(x, x.rank === 2 ? [1, 0] : [0, 2, 1]);
  const sumRows = (x) => tf.reshape(tf.matMul(tf.ones([1, x.shape[0]]), x), [x.shape[1]]);
  const meanLast = (x) => tf.mean(x, -1, true);
  const inverse = (order) => order.map((_, axis) => order.indexOf(axis));
  return {
    /** x·w for matrices, or for each of a batch of them. */
    product: tf.customGrad((x, w, save) => {
      save([x, w]);
      const gradFunc = (dy, [x, w]) => [tf.matMul(dy, swapLast(w)), tf.matMul(swapLast(x), dy)];
      return { value: tf.matMul(x, w), gradFunc };
    }),
    add: tf.customGrad((x, y) => ({ value: tf.add(x, y), gradFunc: (dy) => [tf.clone(dy), tf.clone(dy)] })),
    /** The vector `row` added to every row of x. */
    addRow: tf.customGrad((x, row) => ({ value: tf.add(x, row), gradFunc: (dy) => [tf.clone(dy), sumRows(dy)] })),
    /** Every row of x times the vector `row`, entry by entry. */
    scaleRow: tf.customGrad((x, row, save) => {
      save([x, row]);
      return { value: tf.mul(x, row), gradFunc: (dy, [x, row]) => [tf.mul(dy, row), sumRows(tf.mul(dy, x))] };
    }),
    scale: (x, factor) => tf.customGrad((x) => ({ value: tf.mul(x, factor), gradFunc: (dy) => tf.mul(dy, factor) }))(x),
    reshape: (x, shape) =>
      tf.customGrad((x) => ({ value: tf.reshape(x, shape), gradFunc: (dy) => tf.reshape(dy, x.shape) }))(x),
    transpose: (x, order) =>
      tf.customGrad((x) => ({ value: tf.transpose(x, order), gradFunc: (dy) => tf.transpose(dy, inverse(order)) }))(x),
    /** Rows of mean 0 and variance 1. */
    standardise: tf.customGrad((x, save) => {
      const centred = tf.sub(x, meanLast(x));
      const scale = tf.rsqrt(tf.add(meanLast(tf.square(centred)), LAYERNORM_EPSILON));
      const value = tf.mul(centred, scale);
      save([value, scale]);
      const gradFunc = (dy, [y, scale]) => {
        const along = tf.mul(y, meanLast(tf.mul(dy, y)));
        return tf.mul(tf.sub(tf.sub(dy, meanLast(dy)), along), scale);
      };
      return { value, gradFunc };
    }),
    /** x·σ(2u) with u = √(2/π)·(x + 0.044715·x³), which is GELU by tanh: ½·(1 + tanh u) = σ(2u). */
    gelu: tf.customGrad((x, save) => {
      const square = tf.square(x);
      const slopeOf = (cubic) => tf.add(tf.mul(square, 2 * GELU_SCALE * cubic), 2 * GELU_SCALE);
      const gate = tf.sigmoid(tf.mul(slopeOf(GELU_CUBIC), x));
      save([x, slopeOf(3 * GELU_CUBIC), gate]);
      const gradFunc = (dy, [x, slope, gate]) => {
        const change = tf.mul(tf.mul(slope, x), tf.sub(1, gate));
        return tf.mul(tf.mul(dy, gate), tf.add(change, 1));
      };
      return { value: tf.mul(x, gate), gradFunc };
    }),
    softmax: tf.customGrad((x, save) => {
      const value = tf.softmax(x);
      save([value]);
      const gradFunc = (dy, [y]) => {
        const weighted = tf.mul(dy, y);
        return tf.sub(weighted, tf.mul(y, tf.sum(weighted, -1, true)));
      };
      return { value, gradFunc };
    }),
    /** Rows of a table; the gradient is a product with one-hot rows, since the backend cannot scatter. */
    lookUp: (table, { indices, oneHotT }) =>
      tf.customGrad((table) => ({
        value: tf.gather(table, indices),
        gradFunc: (dy) => tf.matMul(oneHotT, dy),
      }))(table),
    /** (batch, tokens, features) → (batch, features) */
    meanOfSequence: tf.customGrad((x) => {
      const gradFunc = (dy) => tf.tile(tf.expandDims(tf.div(dy, x.shape[1]), 1), [1, x.shape[1], 1]);
      return { value: tf.mean(x, 1), gradFunc };
    }),
    /** Mean of −log softmax at the labels, which are one-hot rows. */
    crossEntropy: (logits, labels) =>
      tf.customGrad((logits, save) => {
        const probabilities = tf.softmax(logits);
        save([probabilities]);
        const value = tf.neg(tf.mean(tf.log(tf.sum(tf.mul(probabilities, labels), -1))));
        const gradFunc = (dy, [p]) => tf.mul(tf.sub(p, labels), tf.div(dy, labels.shape[0]));
        return { value, gradFunc };
      })(logits),
  };
}

await serve(async (benchCase, threads) => {
  const tf = await import("@tensorflow/tfjs-core");
  const { setThreadsCount, version_wasm } = await import("@tensorflow/tfjs-backend-wasm");
  setThreadsCount(threads);
  await tf.setBackend("wasm");
  const hasThreads = await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT");
  if (threads > 1 && !hasThreads) throw new Impossible("its wasm backend has no threads in Node");
  const prepare = benchCase.kind === "gemm" ? prepareGemm : prepareStep;
  return { versions: { "tfjs-wasm": version_wasm }, ...(await prepare(tf, benchCase)) };
});
