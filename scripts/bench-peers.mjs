/** `npm run bench:peers`: what the other benchmarks need, the peers of bench/peers/package-lock.json, then the comparison. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { isInstalled, prepare, root, run, typescriptNode } from "./prepare.mjs";

const peers = join("bench", "peers");

prepare();
if (!isInstalled(join(root, peers)))
  run("npm", ["ci", "--prefix", peers, "--no-audit", "--no-fund", "--loglevel=error"]);
const { status } = spawnSync(typescriptNode(), [join(root, peers, "run.mjs"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
