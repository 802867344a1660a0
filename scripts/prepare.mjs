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
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  checkNode(engines.node);
  if (!isInstalled(root)) step("installing dependencies (npm ci)", install);
  step("building", () => run(node(), [join(root, "scripts", "build.mjs")]));
}

/** The one script that the dependencies have fetches the pinned Node, and fails where that is not to be had for the platform. */
function install() {
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  if (spawn("npm", args).status === 0) return;
  console.error(
    `sparselaw: npm ci failed; trying without the pinned Node, on ${process.versions.node}, which runs this.`,
  );
  run("npm", [...args, "--ignore-scripts"]);
}

/** The pinned Node where its package has a binary for this platform, else the one that runs this script. */
export function node() {
  return existsSync(localNode) ? localNode : process.execPath;
}

/** The Node of tests and benchmarks, which are TypeScript that runs as it is. */
export function typescriptNode() {
  if (!existsSync(localNode)) checkNode(">=22.18");
  return node();
}

/** Runs a command in the repository with its output shown; where it fails, so does this process, with the command's code. */
export function run(command, args) {
  const { status, error } = spawn(command, args);
  if (status === 0) return;
  console.error(
    `sparselaw: ${[command, ...args].join(" ")} failed${error ? `: ${error.message}` : `, exit code ${status}`}.`,
  );
  process.exit(status ?? 1);
}

/** On Windows npm is a batch file, which only a shell starts; its arguments have no spaces. */
function spawn(command, args) {
  const options = { cwd: root, stdio: "inherit" };
  const isBatch = process.platform === "win32" && command === "npm";
  return isBatch
    ? spawnSync([command, ...args].join(" "), { ...options, shell: true })
    : spawnSync(command, args, options);
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

/** Leaves with code 2 where this Node is older than `required`, as package.json writes it: ">=major.minor". */
function checkNode(required) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [leastMajor, leastMinor] = required.slice(">=".length).split(".").map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  console.error(
    `sparselaw: node must be ${required}; got ${process.versions.node}. Install a newer Node and run the command again.`,
  );
  process.exit(2);
}
