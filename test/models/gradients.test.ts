/**
 * The whole backward pass of each family, recorded once and played with the f64 twins, against central differences of the
 * loss: a wrong order, a missing branch or a wrong accumulation anywhere in layers/ or models/ shows here.
 */
import { describe, expect, test } from "vitest";
import type { DecoderConfig, VitConfig } from "../../src/core/config.ts";
import { RandomStream } from "../../src/core/rng.ts";
import { Arena } from "../../src/memory/arena.ts";
import { Parameter, type ParameterSpec } from "../../src/memory/parameter.ts";
import type { Tensor } from "../../src/memory/tensor.ts";
import { decoder } from "../../src/models/decoder.ts";
import type { BatchTensors, Model } from "../../src/models/model.ts";
import { vit } from "../../src/models/vit.ts";
import { Tape } from "../../src/tape/tape.ts";
import { ReferencePlayer } from "../tape/reference-player.ts";

const decoderConfig: DecoderConfig = {
  family: "decoder",
  dModel: 8,
  numLayers: 2,
  numHeads: 2,
  dFf: 12,
  norm: "layernorm",
  activation: "gelu",
  bias: true,
  seqLen: 5,
  tiedEmbedding: false,
};
const vitConfig: VitConfig = {
  family: "vit",
  dModel: 8,
  numLayers: 1,
  numHeads: 2,
  dFf: 12,
  norm: "layernorm",
  activation: "gelu",
  bias: true,
  patchSize: 2,
  pooling: "mean",
};
const image = { channels: 2, height: 4, width: 6, numClasses: 5 };
const vocabSize = 11;
const batchSize = 3;

const models: Record<string, (declare: (spec: ParameterSpec) => Parameter) => Model> = {
  "decoder, LayerNorm, GELU, biases": (declare) => decoder(decoderConfig, { vocabSize, batchSize, declare }),
  "decoder, RMSNorm, gated GELU, no biases, tied head": (declare) =>
    decoder(
      { ...decoderConfig, norm: "rmsnorm", activation: "geglu", bias: false, tiedEmbedding: true },
      { vocabSize, batchSize, declare },
    ),
  "decoder over two token tiles": (declare) =>
    decoder({ ...decoderConfig, numLayers: 1, seqLen: 34 }, { vocabSize, batchSize: 2, declare }),
  "vit, mean pooling": (declare) => vit(vitConfig, { image, batchSize, declare }),
  "vit, class token": (declare) => vit({ ...vitConfig, pooling: "class" }, { image, batchSize, declare }),
};

describe("the recorded backward pass equals central differences of the loss to 1e-8", () => {
  test.each(Object.entries(models))("%s", (_, build) => {
    const { player, parameters, play } = prepare(build);
    play();
    const gradients = new Map(parameters.map((parameter) => [parameter, player.array(parameter.grad).slice()]));
    for (const [parameter, gradient] of gradients) {
      const value = player.array(parameter.value);
      for (const i of probes(value.length)) {
        const numeric = centralDifference(value, i, play);
        expect(
          Math.abs(numeric - gradient[i]!),
          `${parameter.name}[${i}]: ${numeric} against ${gradient[i]}`,
        ).toBeLessThan(1e-8 * (1 + Math.abs(numeric)));
      }
    }
  });
});

function prepare(build: (declare: (spec: ParameterSpec) => Parameter) => Model) {
  const arena = new Arena();
  const model = build(
    (spec) => new Parameter(arena, spec, { planes: ["value", "grad"], isPruned: false, csrCapacity: undefined }),
  );
  const batch: BatchTensors = {
    inputs: arena.persistent("batch", "inputs", model.batch.inputs.elementType, model.batch.inputs.length),
    labels: arena.persistent("batch", "labels", "i32", model.batch.labels.length),
    totals: arena.persistent("batch", "totals", "f64", 3),
  };
  const tape = new Tape();
  model.record(tape, batch, { kind: "train", zLoss: 0 });
  const player = new ReferencePlayer();
  fillBatch(player, model, batch);
  for (const parameter of model.parameters) {
    const stream = new RandomStream(7, parameter.name);
    const array = player.array(parameter.value);
    for (let i = 0; i < array.length; i++) array[i] = parameter.spec.initialMean + 0.3 * stream.normal();
  }
  const play = () => {
    player.play(tape);
    const [loss, , labels] = player.array(batch.totals);
    return loss! / labels!;
  };
  return { player, parameters: model.parameters, play };
}

function fillBatch(player: ReferencePlayer, model: Model, batch: BatchTensors): void {
  const stream = new RandomStream(3, "batch");
  const fill = (tensor: Tensor, next: (i: number) => number) => {
    const array = player.array(tensor);
    for (let i = 0; i < array.length; i++) array[i] = next(i);
  };
  const { seqLen, seqTiles, batchSize: sequences } = model.layout;
  const isReal = (i: number) => i % (seqTiles * 32) < seqLen;
  if (model.batch.inputs.elementType === "f32") {
    fill(batch.inputs, () => stream.normal());
    fill(batch.labels, (i) => (i < sequences ? stream.integer(image.numClasses) : -1));
  } else {
    fill(batch.inputs, (i) => (isReal(i) ? stream.integer(vocabSize) : -1));
    fill(batch.labels, (i) => (isReal(i) ? stream.integer(vocabSize) : -1));
  }
}

/** A few entries of every tensor: the ends and some between. */
function probes(length: number): number[] {
  return [...new Set([0, 1, Math.floor(length / 3), Math.floor(length / 2), length - 1])].filter((i) => i < length);
}

function centralDifference(values: { [i: number]: number }, i: number, loss: () => number): number {
  const at = values[i]!;
  const h = 1e-5;
  values[i] = at + h;
  const above = loss();
  values[i] = at - h;
  const below = loss();
  values[i] = at;
  return (above - below) / (2 * h);
}
