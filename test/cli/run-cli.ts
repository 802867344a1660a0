/** Runs the command line as its users do: in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";

export const root = resolve(import.meta.dirname, "../..");

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves once stdout has text that matches. */
  readonly seen: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Windows ends a process that is sent SIGINT; Ctrl-C comes from its console alone. */
export const canInterrupt = process.platform !== "win32";
export const interruptNote = canInterrupt ? "" : " (skipped: Windows sends no SIGINT)";

/** A test that fails does not wait for what it started. */
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

export function startCli(...args: readonly string[]): Started {
  const child = spawn(process.execPath, [join(root, "src/cli/main.ts"), ...args], { cwd: root });
  running.add(child);
  let [stdout, stderr] = ["", ""];
  let look = () => {};
  // Decoded as a stream: a chunk may end within a character.
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    look();
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((done) => child.on("close", (exitCode) => done({ exitCode, stdout, stderr })));
  void ended.then(() => running.delete(child));
  const seen = (pattern: RegExp) =>
    new Promise<void>((found, missed) => {
      look = () => pattern.test(stdout) && found();
      look();
      void ended.then((end) => missed(new Error(`ended without ${pattern}: ${JSON.stringify(end)}`)));
    });
  return { child, seen, ended };
}

export const runCli = (...args: readonly string[]): Promise<Ended> => startCli(...args).ended;

/** Every line of stdout parsed: throws where one is not JSON. */
export const jsonLines = ({ stdout }: Ended): Record<string, unknown>[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

export function writeYaml(directory: string, text: string): string {
  const file = join(directory, "config.yaml");
  writeFileSync(file, text);
  return file;
}
