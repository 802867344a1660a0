/** The three products of a linear layer, dense and at each sparsity, recorded by the layers that training uses. */

import { TILE } from "../kernels/registry.ts";
import { linear, linearBackward } from "../layers/linear.ts";
import { Parameter } from "../memory/parameter.ts";
import type { Activations } from "../memory/tensor.ts";
import { keptCount } from "../methods/distribution.ts";
import { prune } from "../sparsity/changes/prune.ts";
import type { PatternConfig } from "../sparsity/patterns/index.ts";
import { magnitude } from "../sparsity/scores/magnitude.ts";
import { stagingFor } from "../sparsity/staging.ts";
import { createWorkbench, Recorder, type Workbench, type WorkbenchOptions } from "./workbench.ts";

export interface LinearShape {
  readonly tokens: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

export type Pass = "forward" | "inputGradient" | "weightGradient";

export interface Weight {
  readonly sparsity: number;
  readonly pattern: PatternConfig;
}

/** What one call of the workbench is. */
export interface LinearCall {
  readonly kernel: string;
  readonly pass: Pass;
  readonly weight: Weight;
}

/** Records forward, weight gradient and input gradient of each weight in turn, so that caches are as cold as in training. */
export async function linearWorkbench(
  shape: LinearShape,
  weights: readonly Weight[],
  options: WorkbenchOptions,
): Promise<{ bench: Workbench; calls: LinearCall[] }> {
  const recorder = new Recorder();
  const { tape } = recorder;
  const { tokens, inFeatures, outFeatures } = shape;
  const activations = (name: string, features: number): Activations => {
    const numTiles = tokens / TILE;
    return { tensor: recorder.tensor(name, numTiles * features * TILE), features, numTiles };
  };
  const x = activations("x", inFeatures);
  const dY = activations("dY", outFeatures);
  const calls: LinearCall[] = [];
  const parameters = weights.map((weight) => {
    const parameter = declare(recorder, shape, weight);
    if (weight.sparsity > 0) parameter.store("csr", kept(shape, weight));
    const label = (pass: Pass, record: () => void) => {
      const first = tape.calls.length;
      record();
      for (const { kernel } of tape.calls.slice(first))
        calls.push({ kernel, pass: isWeightGradient(kernel) ? "weightGradient" : pass, weight });
    };
    label("forward", () => linear(tape, { weight: parameter, bias: null }, x));
    label("inputGradient", () => linearBackward(tape, { weight: parameter, bias: null }, x, dY));
    parameter.store("dense", parameter.size);
    return parameter;
  });
  const bench = await createWorkbench(recorder, {
    ...options,
    prepare: {
      stagingBytes: Math.max(...parameters.map((parameter) => stagingFor(parameter, 0).bytes)),
      run(kernels, memory, stagingBase) {
        const pruner = { kernels, memory, stagingBase };
        const moment = { seed: 0, step: 0, denseGradient: undefined };
        for (const [i, parameter] of parameters.entries()) {
          const { sparsity, pattern } = weights[i]!;
          const change = { kept: kept(shape, weights[i]!), pattern, score: magnitude, format: "csr" } as const;
          if (sparsity > 0) prune(pruner, parameter, change, moment);
        }
      },
    },
  });
  return { bench, calls };
}

const isWeightGradient = (kernel: string) => /gemm_dw|sddmm/.test(kernel);

export function kept({ inFeatures, outFeatures }: LinearShape, { sparsity }: Weight): number {
  return keptCount(inFeatures * outFeatures, sparsity);
}

function declare(recorder: Recorder, shape: LinearShape, weight: Weight): Parameter {
  const parameter = new Parameter(
    recorder.arena,
    {
      name: `weight ${weight.sparsity} ${JSON.stringify(weight.pattern)}`,
      rows: shape.outFeatures,
      cols: shape.inFeatures,
      role: "block",
      isLinear: true,
      hasWeightDecay: false,
      initialDeviation: 0,
      initialMean: 0,
    },
    {
      planes: ["value", "grad"],
      isPruned: weight.sparsity > 0,
      csrCapacity: weight.sparsity > 0 ? kept(shape, weight) : undefined,
    },
  );
  recorder.filled.push({ tensor: parameter.value, fill: (_, stream) => stream.uniform() - 0.5 });
  return parameter;
}
