/** Training through dense → sparse → dense → sparse: every optimizer goes on, and a run resumes in every state. */
import { expect, test } from "vitest";
import { parseRunConfig } from "../../src/config/run-config.ts";
import { createInlineEngine } from "../../src/engine/inline.ts";
import { createMemory } from "../../src/kernels/abi.ts";
import type { Format } from "../../src/memory/parameter.ts";
import { changeMask, type MaskChange } from "../../src/sparsity/changes/index.ts";
import { magnitude } from "../../src/sparsity/scores/magnitude.ts";
import { random } from "../../src/sparsity/scores/random.ts";
import { restoreCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.ts";
import { planProgram } from "../../src/train/program.ts";
import { Session } from "../../src/train/session.ts";
import { syntheticSource } from "../sources.ts";
import { tinyDecoder } from "./fixtures.ts";

type Optimizer = "adamw" | "adafactor" | "sgd";

async function openSession(kind: Optimizer): Promise<Session> {
  const config = parseRunConfig(tinyDecoder({ optimizer: { kind } }, { final: 0.875, switchDensity: 1 }));
  const data = syntheticSource(config.data);
  const program = planProgram(config, data, { threads: 1, switchDensity: 1 });
  const engine = await createInlineEngine({ memory: createMemory(program.arena.bytes), variant: "strict" });
  return Session.open(program, engine);
}

/** The change of a weight that keeps `nonzeros` now. */
type ChangeOf = (nonzeros: number) => MaskChange;

const pattern = { kind: "unstructured" } as const;

function pruneTo(share: number, format: Format): ChangeOf {
  return (nonzeros) => {
    const kept = Math.max(1, Math.floor(share * nonzeros));
    return { kind: "prune", kept, pattern, score: magnitude, format };
  };
}

function regrowBy(share: number, format: Format): ChangeOf {
  return (nonzeros) => {
    const count = Math.floor(share * nonzeros);
    const scores = { dropScore: magnitude, growthScore: random };
    return { kind: "regrow", dropped: count, grown: count, ...scores, pattern, format };
  };
}

/** What happens before each step. */
const CHANGES: readonly ChangeOf[] = [
  pruneTo(0.5, "csr"),
  () => ({ kind: "densify" }),
  pruneTo(0.4, "csr"),
  regrowBy(0.3, "csr"),
  regrowBy(0.3, "dense"),
  () => ({ kind: "reformat", format: "csr" }),
  () => ({ kind: "reformat", format: "dense" }),
  () => ({ kind: "densify" }),
  pruneTo(0.25, "dense"),
];

/** One change on every pruned weight, and one step of training: its loss. */
async function changeAndTrain(session: Session, step: number): Promise<number> {
  for (const parameter of session.program.model.parameters) {
    if (!parameter.plan.isPruned) continue;
    const change = CHANGES[step]!(parameter.nonzeros);
    const isDenseOnly = parameter.plan.csrCapacity === undefined && "format" in change;
    const moment = { seed: 1, step, denseGradient: undefined };
    changeMask(session.pruner, parameter, isDenseOnly ? { ...change, format: "dense" } : change, moment);
  }
  session.recordTapes();
  return (await session.trainStep(step)).loss;
}

test.each([
  "adamw",
  "adafactor",
  "sgd",
] as const)("%s trains on through all changes, and resumes after any of them", async (kind) => {
  const session = await openSession(kind);
  const checkpoints = [];
  const losses: number[] = [];
  for (const step of CHANGES.keys()) {
    losses.push(await changeAndTrain(session, step));
    const progress = { step: step + 1, losses: [...losses], nonzeroSteps: 0, seconds: 0, switchDensity: 1 };
    checkpoints.push(saveCheckpoint(session, progress));
  }
  expect(losses.every(Number.isFinite)).toBe(true);
  const resumed = await openSession(kind);
  for (const [done, checkpoint] of checkpoints.entries()) {
    const progress = restoreCheckpoint(resumed, checkpoint, "test");
    for (let step = done + 1; step < Math.min(CHANGES.length, done + 3); step++)
      progress.losses.push(await changeAndTrain(resumed, step));
    expect(progress.losses, `resumed after change ${done}`).toEqual(losses.slice(0, progress.losses.length));
  }
  expect(saveCheckpoint(resumed, { step: 9, losses, nonzeroSteps: 0, seconds: 0, switchDensity: 1 })).toEqual(
    checkpoints.at(-1),
  );
});
