/**
 * The whole backward pass of each family, recorded once and played with the f64 twins, against central differences of the
 * loss: a wrong order, a missing branch or a wrong accumulation anywhere in layers/ or models/ shows here.
 */
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/rng.ts";
import { buildDecoder } from "../../src/families/decoder/model.ts";
import type { DecoderConfig } from "../../src/families/decoder/schema.ts";
import { type BatchTensors, fieldLength, type Model } from "../../src/families/model.ts";
import { buildVit } from "../../src/families/vit/model.ts";
import type { VitConfig } from "../../src/families/vit/schema.ts";
import { Arena } from "../../src/memory/arena.ts";
import { Parameter, type ParameterSpec } from "../../src/memory/parameter.ts";
import type { Tensor } from "../../src/memory/tensor.ts";
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
  "decoder, LayerNorm, GELU, biases": (declare) => buildDecoder(decoderConfig, { vocabSize, batchSize, declare }),
  "decoder, RMSNorm, gated GELU, no biases, tied head": (declare) =>
    buildDecoder(
      { ...decoderConfig, norm: "rmsnorm", activation: "geglu", bias: false, tiedEmbedding: true },
      { vocabSize, batchSize, declare },
    ),
  "decoder over two token tiles": (declare) =>
    buildDecoder({ ...decoderConfig, numLayers: 1, seqLen: 34 }, { vocabSize, batchSize: 2, declare }),
  "vit, mean pooling": (declare) => buildVit(vitConfig, { image, batchSize, declare }),
  "vit, class token": (declare) => buildVit({ ...vitConfig, pooling: "class" }, { image, batchSize, declare }),
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
  const fields = Object.entries(model.fields).map(([name, field]) => {
    return [name, arena.persistent("batch", name, field.elementType, fieldLength(field))] as const;
  });
  const batch: BatchTensors = {
    fields: Object.fromEntries(fields),
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
  const { images, tokens, labels } = batch.fields;
  if (images !== undefined) {
    fill(images, () => stream.normal());
    fill(labels!, (i) => (i < model.labelsPerBatch ? stream.integer(image.numClasses) : -1));
  } else {
    const [sequences, stride] = model.fields.tokens!.shape as [number, number];
    const isReal = (i: number) => i % stride < model.labelsPerBatch / sequences;
    fill(tokens!, (i) => (isReal(i) ? stream.integer(vocabSize) : -1));
    fill(labels!, (i) => (isReal(i) ? stream.integer(vocabSize) : -1));
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
