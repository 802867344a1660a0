/** The reference models' parameters and a fixed batch, for the contenders that are JavaScript. */
import { RandomStream } from "../../src/core/rng.ts";

/**
 * All parameters by name. Matrices are (in, out), which is the fast way round for the peers' x·W.
 *
 * @returns { [name]: { shape, deviation, mean, isDecayed } }
 */
export function declareParameters({ family, dModel, numLayers, dFf, seqLen, classes, channels, patchSize }) {
  const parameters = {};
  const vector = (name, length, mean = 0) => {
    parameters[name] = { shape: [length], deviation: 0, mean, isDecayed: false };
  };
  const linear = (name, inFeatures, outFeatures, gain = 1) => {
    const deviation = gain / Math.sqrt(inFeatures);
    parameters[`${name}.weight`] = { shape: [inFeatures, outFeatures], deviation, mean: 0, isDecayed: true };
    vector(`${name}.bias`, outFeatures);
  };
  const norm = (name) => {
    vector(`${name}.gain`, dModel, 1);
    vector(`${name}.bias`, dModel);
  };
  const deviation = 1 / Math.sqrt(dModel);
  if (family === "decoder") parameters.table = { shape: [classes, dModel], deviation, mean: 0, isDecayed: true };
  else linear("patches", channels * patchSize ** 2, dModel);
  parameters.positions = { shape: [seqLen, dModel], deviation, mean: 0, isDecayed: false };
  const outputGain = 1 / Math.sqrt(2 * numLayers);
  for (let block = 0; block < numLayers; block++) {
    norm(`${block}.attentionNorm`);
    for (const part of ["query", "key", "value"]) linear(`${block}.${part}`, dModel, dModel);
    linear(`${block}.output`, dModel, dModel, outputGain);
    norm(`${block}.mlpNorm`);
    linear(`${block}.up`, dModel, dFf);
    linear(`${block}.down`, dFf, dModel, outputGain);
  }
  norm("finalNorm");
  linear("head", dModel, classes);
  return parameters;
}

export const sizeOf = ({ shape }) => shape.reduce((product, length) => product * length, 1);

export function countParameters(parameters) {
  return Object.values(parameters).reduce((sum, parameter) => sum + sizeOf(parameter), 0);
}

export function initialValues(name, parameter) {
  const stream = new RandomStream(0, `peer ${name}`);
  const { deviation, mean } = parameter;
  return Float32Array.from({ length: sizeOf(parameter) }, () => mean + (deviation && deviation * stream.normal()));
}

/** Tokens with their labels, or pixels (batch, channels, height, width) with theirs: random, so that any fall of the loss is learning by heart. */
export function fixedBatch({ batchSize, model: { family, seqLen, classes, channels, imageSize } }) {
  const stream = new RandomStream(0, "peer batch");
  const indices = (length) => Int32Array.from({ length }, () => stream.integer(classes));
  if (family === "decoder") return { inputs: indices(batchSize * seqLen), labels: indices(batchSize * seqLen) };
  const inputs = Float32Array.from({ length: batchSize * channels * imageSize ** 2 }, () => stream.normal());
  return { inputs, labels: indices(batchSize) };
}

/** Factors by which AdamW's moments are larger than their running means, at step 1, 2, …: 1/(1−β^step). */
export function biasCorrections({ beta1, beta2 }, step) {
  return [1 / (1 - beta1 ** step), 1 / (1 - beta2 ** step)];
}
