/**
 * `npm test [-- vitest arguments]` and `npm run test:slow`: installs and builds where needed, then runs the tests, or with
 * --slow those of test/slow alone.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, root, typescriptNode } from "./prepare.mjs";

prepare();
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const isSlow = process.argv.includes("--slow");
const args = process.argv.slice(2).filter((argument) => argument !== "--slow");
const { status } = spawnSync(typescriptNode(), [vitest, "run", ...(isSlow ? ["test/slow"] : []), ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, ...(isSlow && { SPARSELAW_SLOW_TESTS: "1" }) },
});
process.exit(status ?? 1);
