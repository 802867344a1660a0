/** `npm test [-- vitest arguments]`: installs and builds where needed, then runs the tests. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { node, prepare, root } from "./prepare.mjs";

prepare();
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const { status } = spawnSync(node(), [vitest, "run", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
