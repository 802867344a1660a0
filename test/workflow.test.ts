/** The workflow cannot run here; that it is YAML of the right form, and about what the README promises, can be seen. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = resolve(import.meta.dirname, "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes": number;
  readonly strategy?: { readonly matrix: { readonly os: string[]; readonly node: string[] } };
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}
const { jobs } = parse(read(".github", "workflows", "ci.yml")) as { jobs: Record<"lint" | "commands", Job> };
const runs = ({ steps }: Job) => steps.flatMap(({ run }) => (run === undefined ? [] : [run]));

test("the workflow runs the two commands of the README on three systems, from the oldest Node on", () => {
  const { os, node } = jobs.commands.strategy!.matrix;
  expect(os).toEqual(["ubuntu-latest", "macos-latest", "windows-latest"]);
  expect(`>=${node[0]}`).toBe(JSON.parse(read("package.json")).engines.node);
  const promised = [...read("README.md").matchAll(/^(npm (?:run demo|test)) /gm)].map((match) => match[1]);
  expect(promised).toHaveLength(2);
  for (const command of promised) expect(runs(jobs.commands)).toContain(command);
});

test("the workflow runs no npm script that does not exist", () => {
  const { scripts } = JSON.parse(read("package.json"));
  for (const command of Object.values(jobs).flatMap(runs))
    for (const [, name] of command.matchAll(/npm (?:run )?(\w+)/g))
      if (name !== "ci") expect(scripts).toHaveProperty(name!);
});

test("the workflow asks every machine for the bits that the README shows", () => {
  const [shown] = read("README.md")
    .match(/bits of all 400 losses: ([0-9a-f]{16})/)!
    .slice(1);
  expect(runs(jobs.commands).join("\n")).toContain(shown);
});
