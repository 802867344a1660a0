/** A weight saved and restored in every state, whatever has happened to the one that takes it in. */
import { describe, expect, test } from "vitest";
import { StateError } from "../../src/core/errors.ts";
import { readDense, readMask, restoreParameter, type SavedParameter } from "../../src/sparsity/snapshot.ts";
import {
  checkWeight,
  openWeight,
  PLANES,
  reconstruct,
  trainWeight,
  type Weight,
  type WeightOptions,
} from "./fixture.ts";
import { SEQUENCE } from "./sequence.ts";

const options: WeightOptions = { rows: 4, cols: 270 };

/** As checkpoints have it: without the gradient. */
function save({ parameter, pruner }: Weight): SavedParameter {
  const planes = parameter.plan.planes.filter((plane) => plane !== "grad");
  return {
    planes: new Map(planes.map((plane) => [plane, readDense(pruner, parameter, plane)])),
    mask: readMask(pruner, parameter),
    format: parameter.format,
  };
}

/** `weight` becomes what `saved` was of `original`. */
function restore(weight: Weight, saved: SavedParameter, original: Weight): void {
  restoreParameter(weight.pruner, weight.parameter, saved);
  weight.model.mask = [...original.model.mask];
  for (const [plane, values] of original.model.planes)
    weight.model.planes.set(plane, plane === "grad" ? values.map(() => 0) : [...values]);
}

/** A weight after the first `count` changes of the sequence. */
function weightAfter(count: number, own: WeightOptions = options): Weight {
  const weight = openWeight(own);
  for (const [step, [, , change]] of SEQUENCE.slice(0, count).entries()) {
    trainWeight(weight, step);
    change(weight, step);
  }
  return weight;
}

describe.each(Object.entries(PLANES))("under %s", (_, planes) => {
  test("a weight comes back in every state, and goes on as if it had not been away", () => {
    for (let done = 0; done < SEQUENCE.length; done++) {
      const original = weightAfter(done, { ...options, planes });
      const saved = save(original);
      const history = (done * 7) % SEQUENCE.length;
      for (const [label, other] of [
        ["new", openWeight({ ...options, planes, seed: 99 })],
        [`that has gone through ${history} changes`, weightAfter(history, { ...options, planes })],
      ] as const) {
        restore(other, saved, original);
        expect(other.parameter.format, label).toBe(original.parameter.format);
        checkWeight(other, `after ${done} changes, in a weight ${label}`);
        const [name, , change] = SEQUENCE[done]!;
        trainWeight(other, done);
        change(other, done);
        checkWeight(other, `${name}, in a weight ${label}`);
      }
    }
  });
});

test("what is read of a weight is a copy in either format, and all ones is the mask of a weight that is not pruned", () => {
  for (const done of [1, 2]) {
    const { parameter, pruner } = weightAfter(done);
    const [before, mask] = [reconstruct(pruner, parameter, "value"), readMask(pruner, parameter)];
    expect(readDense(pruner, parameter, "value")).toEqual(before);
    readDense(pruner, parameter, "value").fill(9);
    readMask(pruner, parameter).fill(9);
    expect(reconstruct(pruner, parameter, "value")).toEqual(before);
    expect(readMask(pruner, parameter)).toEqual(mask);
  }
  const { parameter, pruner } = openWeight({ ...options, isPruned: false, csrCapacity: undefined });
  expect(readMask(pruner, parameter)).toEqual(new Uint8Array(parameter.size).fill(1));
});

test("a weight that is not pruned takes its planes back", () => {
  const own = { rows: 4, cols: 3, isPruned: false, csrCapacity: undefined };
  const [original, other] = [openWeight(own), openWeight({ ...own, seed: 5 })];
  restore(other, { ...save(original), mask: undefined }, original);
  checkWeight(other, "not pruned");
});

test("a saved CSR weight with more non-zeros than the plan has room for is refused", () => {
  const saved = { ...save(openWeight(options)), format: "csr" as const };
  const { parameter, pruner } = openWeight({ ...options, csrCapacity: 1079 });
  expect(() => restoreParameter(pruner, parameter, saved)).toThrow(
    new StateError("w: nonzeros in csr must be at most 1079; got 1080. Plan a larger csrCapacity."),
  );
});
