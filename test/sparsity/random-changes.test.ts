/** Thirty changes drawn at random, again and again: nothing is moved wrongly, and nothing outside its room. */
import { expect, test } from "vitest";
import { StateError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/rng.ts";
import type { Format } from "../../src/memory/parameter.ts";
import { changeMask, type MaskChange } from "../../src/sparsity/changes/index.ts";
import { magnitude } from "../../src/sparsity/scores/magnitude.ts";
import {
  awkwardScores,
  checkWeight,
  given,
  momentAt,
  openWeight,
  PLANES,
  trainWeight,
  type Weight,
} from "./fixture.ts";

const CHANGES = 30;
const SEEDS = Array.from({ length: 24 }, (_, i) => i + 1);

/** A change and what the model makes of it. */
interface Drawn {
  readonly change: MaskChange;
  readonly nonzeros: number;
  readonly model: () => void;
}

function draw({ parameter, model }: Weight, random: RandomStream, step: number): Drawn {
  const { nonzeros, size } = parameter;
  const format: Format = random.integer(2) === 0 ? "dense" : "csr";
  const [drop, growth] = [awkwardScores(size, 2 * step), awkwardScores(size, 2 * step + 1)];
  const byMagnitude = random.integer(2) === 0;
  const [dropScore, dropNumbers] = byMagnitude ? [magnitude, model.planes.get("value")!] : [given(drop), drop];
  const nm = { kind: "nm", n: 1 + random.integer(3), m: 4 + random.integer(3) } as const;
  const kept = 1 + random.integer(nonzeros);
  const dropped = random.integer(nonzeros + 1);
  const left = nonzeros - dropped;
  const grown = left === 0 ? 1 + random.integer(size) : random.integer(size - left + 1);
  const pattern = { kind: "unstructured" } as const;
  const growing = { dropScore, growthScore: given(growth) };
  const drawn: Drawn[] = [
    {
      change: { kind: "prune", kept, pattern, score: dropScore, format },
      nonzeros: kept,
      model: () => model.prune(kept, dropNumbers),
    },
    {
      change: { kind: "prune", kept, pattern: nm, score: dropScore, format },
      nonzeros: kept,
      model: () => model.prune(kept, dropNumbers, nm),
    },
    {
      change: { kind: "regrow", dropped, grown, ...growing, pattern, format },
      nonzeros: left + grown,
      model: () => model.regrow(dropped, grown, dropNumbers, growth),
    },
    { change: { kind: "densify" }, nonzeros: size, model: () => model.densify() },
    { change: { kind: "reformat", format }, nonzeros, model: () => {} },
  ];
  return drawn[random.integer(drawn.length)]!;
}

test.each(SEEDS)("30 random changes do what the model does, or are refused and do nothing (seed %i)", (seed) => {
  const random = new RandomStream(seed, "test of random changes");
  const [rows, cols] = [1 + random.integer(40), 1 + random.integer(seed % 3 === 0 ? 300 : 40)];
  const planes = Object.values(PLANES)[random.integer(4)]!;
  const csrCapacity = [undefined, rows * cols, 1 + random.integer(rows * cols)][random.integer(3)];
  const weight = openWeight({ rows, cols, planes, csrCapacity, seed });
  const { parameter, pruner } = weight;
  for (let step = 0; step < CHANGES; step++) {
    trainWeight(weight, step);
    const { change, nonzeros, model } = draw(weight, random, step);
    const format = change.kind === "densify" ? "dense" : change.format;
    const label = `seed ${seed}, (${rows}, ${cols}), capacity ${csrCapacity}, change ${step}: ${change.kind} → ${format}`;
    const apply = () => changeMask(pruner, parameter, change, momentAt(step));
    if (format === "csr" && nonzeros > (csrCapacity ?? 0)) {
      const before = new Uint8Array(pruner.memory.buffer, 0, pruner.stagingBase).slice();
      expect(apply, label).toThrow(StateError);
      expect(new Uint8Array(pruner.memory.buffer, 0, pruner.stagingBase), label).toEqual(before);
    } else {
      apply();
      model();
      expect(parameter.format, label).toBe(format);
      checkWeight(weight, label);
    }
  }
});
