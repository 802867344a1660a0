/** The orchestrator's side of the conversation of serve.mjs. */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const script = (name) => ({ command: process.execPath, args: [file(name)] });

/** Name → command. The names are those of the tables. */
export const CONTENDERS = {
  sparselaw: script("ours.mjs"),
  "tfjs-wasm": script("tfjs.mjs"),
  "jax-js": script("jax.mjs"),
  PyTorch: { command: pythonWithTorch(), args: [file("torch.py")] },
};

/** $PYTHON, else the first that can import torch; where none can, one that will say so. */
function pythonWithTorch() {
  if (process.env.PYTHON) return process.env.PYTHON;
  const candidates = process.platform === "win32" ? ["python", "py"] : ["python3", "/usr/bin/python3"];
  return candidates.find((python) => spawnSync(python, ["-c", "import torch"]).status === 0) ?? candidates[0];
}

/** Starts a contender that may use `threads` threads; those that wait for work shall not spin meanwhile. */
export function startContender(name, threads) {
  const { command, args } = CONTENDERS[name];
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      ...Object.fromEntries(
        ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map((variable) => [variable, String(threads)]),
      ),
      OMP_WAIT_POLICY: "passive",
      KMP_BLOCKTIME: "0",
    },
  });
  let said = "";
  child.stderr.on("data", (data) => {
    said = (said + data).slice(-4000);
  });
  let settle = () => {};
  let ended;
  const end = (answer) => {
    ended ??= answer;
    settle(ended);
  };
  child.on("error", ({ code, message }) =>
    end(code === "ENOENT" ? { absent: `there is no ${command} on this machine` } : { cannot: message }),
  );
  child.on("close", (code, signal) => end({ cannot: `its process ended (${signal ?? `exit code ${code}`})` }));
  // a write to a process that has ended is reported by its end
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", (line) => settle(JSON.parse(line)));
  return {
    name,
    /** Resolves to the answer; where the process ends instead, to {cannot} or {absent}. */
    ask(request) {
      if (ended !== undefined) return Promise.resolve(ended);
      return new Promise((resolve) => {
        settle = resolve;
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
    },
    /** What it wrote to its standard error, the end of it. */
    said: () => said,
    stop: () => child.kill("SIGKILL"),
  };
}
