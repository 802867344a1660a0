/** The documents say what the program does. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { optionTables } from "../../src/cli/document.ts";
import { createProgram } from "../../src/cli/program.ts";
import { runTables, sweepTables } from "../../src/config/document.ts";
import { runConfigSchema } from "../../src/config/run-config.ts";
import { parseSweepConfig, sweepConfigSchema } from "../../src/config/sweep-config.ts";
import { parseYamlConfig, readYaml } from "../../src/config/yaml.ts";
import { type OutlineKey, outline } from "../../src/core/outline.ts";
import { loadData } from "../../src/sources/node.ts";
import { planSweep } from "../../src/sweep/plan.ts";
import { root } from "./run-cli.ts";

const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

describe("docs/configuration.md", () => {
  const text = read("docs/configuration.md");
  /** The rows under a heading, or of the first table of a chapter for its top-level keys. */
  const sectionOf = (chapter: string, section: string) => {
    const inChapter = text.slice(text.indexOf(`## ${chapter}\n`)).split(/^## /m)[1]!;
    return inChapter
      .split(/^### /m)
      .find((part) => (section === "" ? part.startsWith(chapter) : part.startsWith(`${section}\n`)));
  };
  const row = ({ key, condition, default: fallback }: OutlineKey) =>
    `| \`${key}\` | ${condition.startsWith("a mapping") ? "a mapping" : condition} | ${fallback ?? "required"} |`;

  test.each(outline(runConfigSchema()))("states $section $key with range and default", (key) => {
    expect(sectionOf("A run", key.section)).toContain(row(key));
  });

  test.each(
    outline(sweepConfigSchema()).filter(({ section }) => !section.startsWith("base")),
  )("states $section $key of a sweep with range and default", (key) =>
    expect(sectionOf("A sweep", key.section)).toContain(row(key)));

  test("has the tables that npm run docs writes", () => {
    for (const tables of [runTables(), sweepTables()]) expect(text).toContain(`\n\n${tables}\n\n<!-- end -->\n`);
  });

  test("has no row for a key that does not exist", () => {
    const known = new Set([...outline(runConfigSchema()), ...outline(sweepConfigSchema())].map(({ key }) => key));
    const stated = [...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]!);
    expect(stated.filter((key) => !known.has(key))).toEqual([]);
  });

  test("a sweep's base has no key that a run has not", () => {
    const ofRun = new Set(outline(runConfigSchema()).map((key) => `${key.section} ${row(key)}`));
    const ofBase = outline(sweepConfigSchema()).filter(
      ({ section, condition }) => section.startsWith("base.") && !condition.startsWith("a mapping"),
    );
    expect(ofBase.map((key) => `${key.section.slice(5)} ${row(key)}`).filter((key) => !ofRun.has(key))).toEqual([]);
  });
});

describe("docs/extending.md", () => {
  const text = read("docs/extending.md");
  const examples = readdirSync(join(root, "test", "plugins")).filter((name) => !name.endsWith(".test.ts"));

  test.each(examples)("shows %s as it is tested", (name) => {
    const code = read("test", "plugins", name).replaceAll('"../../src/index.ts"', '"sparselaw"');
    expect(text).toContain(`<!-- test/plugins/${name} -->\n\n\`\`\`ts\n${code}\`\`\`\n\n<!-- end -->\n`);
  });

  test("its drop-and-grow rule has at most 40 lines", () => {
    expect(read("test", "plugins", "random-regrow.ts").trimEnd().split("\n").length).toBeLessThanOrEqual(40);
  });
});

describe("docs/cli.md", () => {
  const text = read("docs/cli.md");
  const commands = createProgram(() => {}).commands;

  test.each(
    commands.map((command) => [command.name(), command] as const),
  )("states every option of %s", (name, command) => {
    const section = text.split(/^## /m).find((part) => part.startsWith(`sparselaw ${name}`));
    expect(section, `the chapter "sparselaw ${name}"`).toBeDefined();
    for (const { long } of command.options) expect(section).toContain(`${long}`);
  });
});

test("docs/cli.md has the tables that npm run docs writes", () => {
  const text = read("docs/cli.md");
  for (const [name, table] of optionTables())
    expect(text, name).toContain(`<!-- options of ${name}, written by npm run docs -->\n\n${table}\n\n<!-- end -->\n`);
});

describe("examples", () => {
  const files = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".yaml"));

  test.each(files)("%s is a configuration whose data are there", async (name) => {
    const text = read("examples", name);
    const { input, origin } = readYaml(text, name);
    const isSweep = typeof input === "object" && input !== null && "grid" in input;
    const { data } = isSweep ? parseSweepConfig(input, origin).base : parseYamlConfig(text, name);
    const source = await loadData(data, { baseDir: join(root, "examples") });
    if (isSweep) expect(planSweep(parseSweepConfig(input, origin), source, 0.75, origin).runs).toHaveLength(36);
    else expect(source.fingerprint).toMatch(/^[0-9a-f]{8,}/);
  });
});
