import { expect, test } from "vitest";
import { readYaml } from "../../src/config/yaml.ts";
import { FormatError } from "../../src/core/errors.ts";

function complaint(text: string): string {
  try {
    readYaml(text, "run.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return (error as Error).message;
  }
  return "";
}

test.each(["*.txt", "**/*.d.ts", "*"])("the unquoted glob %s is told by its line, and how it is quoted", (glob) => {
  const message = complaint(`data:\n  kind: text\n  paths: ${glob}\n`);
  expect(message).toMatch(/^run\.yaml.*\b3\b/);
  if (glob !== "*") expect(message).toContain(`Write "${glob}" for a text.`);
});

test("an alias of something that holds it is told by its line", () => {
  expect(complaint("a: 1\nmodel: &m\n  inner:\n    - *m\n")).toMatch(
    /^run\.yaml.*\b4\b.*\*m must be an alias of something that does not hold it/,
  );
});

test("aliases that stand for more than memory holds are told in words", () => {
  const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`);
  expect(complaint(["l0: &l0 [1, 2]", ...levels].join("\n"))).toMatch(
    /run\.yaml.*aliases must stand for a few settings/,
  );
});

test("aliases of what stands above are what they stand for", () => {
  expect(readYaml("a: &x { steps: 3 }\nb: *x\n", "run.yaml").input).toEqual({ a: { steps: 3 }, b: { steps: 3 } });
});
