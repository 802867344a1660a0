/**
 * `npm run demo`: from a fresh clone to a figure of optimal sparsity. Installs, builds, sweeps 36 small decoders over real text,
 * fits the law and writes the report. Run it again and it goes on where it was, or is done at once.
 */
import { join } from "node:path";
import { node, prepare, root, run } from "./prepare.mjs";

const began = Date.now();
const runs = join("runs", "demo");
const report = join("report", "demo");

prepare();
sparselaw("sweep", join("examples", "demo.yaml"), "--out", runs);
sparselaw("fit", runs, "--law", "sparse", "--bootstrap", "1000", "--profile");
sparselaw("report", runs, "--out", report, "--title", "sparselaw demo");
for (const cost of ["sparse", "dense"])
  sparselaw(
    "optimal",
    "--law",
    join(report, "fit.json"),
    "--nonzero",
    "49152",
    "--chinchilla-multiple",
    "8",
    "--cost",
    cost,
  );
console.log(`\ndemo: done in ${((Date.now() - began) / 60_000).toFixed(1)} min. Open ${join(report, "report.html")}`);

function sparselaw(...args) {
  run(node(), [join(root, "dist", "src", "cli", "main.js"), ...args]);
}
