/** `npm run docs`: writes the tables of docs/configuration.md anew from the schemas, those of docs/cli.md from the commands. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

prepare();
const { runTables, sweepTables } = await import("../dist/src/config/document.js");
const { optionTables } = await import("../dist/src/cli/document.js");
write("configuration.md", { "keys of a run": runTables(), "keys of a sweep": sweepTables() });
write("cli.md", Object.fromEntries([...optionTables()].map(([name, table]) => [`options of ${name}`, table])));

function write(name, tables) {
  const file = join(root, "docs", name);
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    Object.entries(tables).reduce((written, [what, table]) => withTable(written, what, table), text),
  );
}

/** Replaces what stands between `<!-- what, written by npm run docs -->` and the next `<!-- end -->`. */
function withTable(text, what, table) {
  const begin = `<!-- ${what}, written by npm run docs -->\n`;
  const [before, rest] = text.split(begin);
  if (rest === undefined) throw new Error(`docs: a document must have the line ${begin.trim()}; got none.`);
  return `${before}${begin}\n${table}\n\n${rest.slice(rest.indexOf("<!-- end -->"))}`;
}
