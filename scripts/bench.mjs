/** `npm run bench…`: installs and builds where needed, then runs one of bench/*.ts on the pinned Node. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, root, typescriptNode } from "./prepare.mjs";

const [name, ...flags] = process.argv.slice(2);
prepare();
const { status } = spawnSync(typescriptNode(), [join(root, "bench", `${name}.ts`), ...flags], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
