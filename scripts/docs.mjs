/**
 * `npm run docs`: writes anew what the documents take from the code, between `<!-- … -->` and `<!-- end -->`: the tables of
 * docs/configuration.md from the schemas, those of docs/cli.md from the commands, the examples of docs/extending.md from the files of
 * test/plugins.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

prepare();
const { runTables, sweepTables } = await import("../dist/src/config/document.js");
const { optionTables } = await import("../dist/src/cli/document.js");
rewrite("configuration.md", {
  "keys of a run, written by npm run docs": runTables(),
  "keys of a sweep, written by npm run docs": sweepTables(),
});
rewrite(
  "cli.md",
  Object.fromEntries(
    [...optionTables()].map(([name, table]) => [`options of ${name}, written by npm run docs`, table]),
  ),
);
const plugins = ["random-regrow", "fading-momentum", "striped-images", "token-file", "two-matrices", "two-laws"];
rewrite("extending.md", Object.fromEntries(plugins.map((name) => [`test/plugins/${name}.ts`, snippet(name)])));

/** A plugin as its author would write it, importing the package by its name. */
function snippet(name) {
  const code = readFileSync(join(root, "test", "plugins", `${name}.ts`), "utf8");
  return `\`\`\`ts\n${code.replaceAll('"../../src/index.ts"', '"sparselaw"')}\`\`\``;
}

/** Puts each content between its marker and the next end. */
function rewrite(document, contents) {
  const file = join(root, "docs", document);
  let text = readFileSync(file, "utf8");
  for (const [marker, content] of Object.entries(contents)) {
    const begin = `<!-- ${marker} -->\n`;
    const [before, rest] = text.split(begin);
    if (rest === undefined) throw new Error(`docs/${document}: ${begin.trim()} must stand in it; got no such line.`);
    text = `${before}${begin}\n${content}\n\n${rest.slice(rest.indexOf("<!-- end -->"))}`;
  }
  writeFileSync(file, text);
}
