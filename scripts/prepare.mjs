/**
 * What a fresh clone needs before anything runs: the dependencies of the lock file and a build. Only Node ≥ 20.19 and npm are
 * there before; afterwards `localNode` is the Node that the lock file pins.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
export const localNode = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** Installs where node_modules does not match the lock file, then builds. */
export function prepare() {
  checkNode();
  if (!isInstalled(root))
    step("installing dependencies (npm ci)", () => run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]));
  step("building", () => run(node(), [join(root, "scripts", "build.mjs")]));
}

/** The pinned Node where its package has a binary for this platform, else the one that runs this script. */
export function node() {
  return existsSync(localNode) ? localNode : process.execPath;
}

/** Runs a command in the repository with its output shown; where it fails, so does this process, with the command's code. */
export function run(command, args) {
  const shell = process.platform === "win32" && command === "npm";
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell });
  if (status === 0) return;
  console.error(
    `sparselaw: ${[command, ...args].join(" ")} failed${error ? `: ${error.message}` : `, exit code ${status}`}.`,
  );
  process.exit(status ?? 1);
}

function step(what, work) {
  const began = Date.now();
  console.error(`sparselaw: ${what} …`);
  work();
  console.error(`sparselaw: ${what} took ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

/** Whether the node_modules of a directory is at least as new as its lock file. */
export function isInstalled(directory) {
  const installed = join(directory, "node_modules", ".package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(directory, "package-lock.json")).mtimeMs;
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  console.error(
    `sparselaw: node must be ${engines.node}; got ${process.versions.node}. Install a newer Node and run the command again.`,
  );
  process.exit(2);
}
