/** A sequence that passes through every transition of formats by every kind of change, on weight and model alike. */
import type { Format } from "../../src/memory/parameter.ts";
import { densify } from "../../src/sparsity/changes/densify.ts";
import { prune } from "../../src/sparsity/changes/prune.ts";
import { reformat } from "../../src/sparsity/changes/reformat.ts";
import { regrow } from "../../src/sparsity/changes/regrow.ts";
import { magnitude } from "../../src/sparsity/scores/magnitude.ts";
import { awkwardScores, given, momentAt, UNSTRUCTURED, type Weight } from "./fixture.ts";

type Step = (weight: Weight, step: number) => void;

function pruneTo(density: number, format: Format): Step {
  return ({ pruner, parameter, model }, step) => {
    const kept = Math.max(1, Math.min(parameter.nonzeros, Math.round(density * parameter.size)));
    const change = { kept, pattern: UNSTRUCTURED, score: magnitude, format };
    model.prune(kept, model.planes.get("value")!);
    prune(pruner, parameter, change, momentAt(step));
  };
}

/** Shares of the weights that are kept. */
function regrowBy(dropShare: number, growthShare: number, format: Format): Step {
  return ({ pruner, parameter, model }, step) => {
    const { nonzeros, size } = parameter;
    const dropped = Math.floor(dropShare * nonzeros);
    const grown = Math.min(Math.ceil(growthShare * nonzeros), size - nonzeros + dropped);
    const [drop, growth] = [awkwardScores(size, step), awkwardScores(size, step + 50)];
    const scores = { dropScore: given(drop), growthScore: given(growth) };
    model.regrow(dropped, grown, drop, growth);
    regrow(pruner, parameter, { dropped, grown, ...scores, pattern: UNSTRUCTURED, format }, momentAt(step));
  };
}

const densified: Step = ({ pruner, parameter, model }) => {
  model.densify();
  densify(pruner, parameter);
};

function storedAs(format: Format): Step {
  return ({ pruner, parameter }) => reformat(pruner, parameter, format);
}

/** Every transition of formats with every kind of change; the format that each leaves is in its name. */
export const SEQUENCE: readonly [name: string, format: Format, step: Step][] = [
  ["prune to 1/2, dense → dense", "dense", pruneTo(0.5, "dense")],
  ["prune to 1/4, dense → csr", "csr", pruneTo(0.25, "csr")],
  ["csr → dense, the same mask", "dense", storedAs("dense")],
  ["densify, dense → dense", "dense", densified],
  ["prune to 2/5, dense → csr", "csr", pruneTo(0.4, "csr")],
  ["drop a fifth, grow half, csr → csr", "csr", regrowBy(0.2, 0.5, "csr")],
  ["drop a third, grow a tenth, csr → csr", "csr", regrowBy(0.33, 0.1, "csr")],
  ["drop and grow a third, csr → dense", "dense", regrowBy(0.3, 0.3, "dense")],
  ["drop and grow a half, dense → dense", "dense", regrowBy(0.5, 0.5, "dense")],
  ["drop a fifth, grow a third, dense → csr", "csr", regrowBy(0.2, 0.33, "csr")],
  ["prune to 1/5, csr → csr", "csr", pruneTo(0.2, "csr")],
  ["densify, csr → dense", "dense", densified],
  ["keep all, dense → csr", "csr", pruneTo(1, "csr")],
  ["prune to 3/10, csr → dense", "dense", pruneTo(0.3, "dense")],
  ["dense → csr, the same mask", "csr", storedAs("csr")],
  ["prune to one, csr → csr", "csr", pruneTo(0, "csr")],
  ["grow from one, csr → csr", "csr", regrowBy(0, 2, "csr")],
  ["densify again, csr → dense", "dense", densified],
  ["prune to one, dense → csr", "csr", pruneTo(0, "csr")],
  ["one → dense", "dense", storedAs("dense")],
];
