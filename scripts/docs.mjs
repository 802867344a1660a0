/** `npm run docs`: writes the tables of docs/configuration.md anew from the schemas. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

prepare();
const { runTables, sweepTables } = await import("../dist/src/config/document.js");
const file = join(root, "docs", "configuration.md");
const text = readFileSync(file, "utf8");
writeFileSync(file, withTables(withTables(text, "run", runTables()), "sweep", sweepTables()));

/** Replaces what stands between `<!-- keys of a name -->` and the next `<!-- end -->`. */
function withTables(text, name, tables) {
  const begin = `<!-- keys of a ${name}, written by npm run docs -->\n`;
  const [before, rest] = text.split(begin);
  return `${before}${begin}\n${tables}\n\n${rest.slice(rest.indexOf("<!-- end -->"))}`;
}
