/** What a run directory survives. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { FormatError, StateError } from "../../src/core/errors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/store/checkpoint-file.ts";
import { listRuns, openRun, readEvents } from "../../src/store/run-directory.ts";
import { encodeSafetensors } from "../../src/store/safetensors.ts";
import { temporaryDirectory } from "../temporary.ts";
import { checkpointAt, checkpointEvent, config, result, stepEvent } from "./fixtures.ts";

let out: string;
let directory: string;
let warnings: string[];
beforeEach(() => {
  out = temporaryDirectory();
  directory = join(out, "run");
  warnings = [];
});

const onLinux = process.platform === "linux";
const open = () => openRun(out, "run", { onWarning: (message) => warnings.push(message) });
const checkpointPath = (step: number) =>
  join(directory, "checkpoints", `step-${String(step).padStart(8, "0")}.safetensors`);
const checkpointFiles = async () => (await readdir(join(directory, "checkpoints"))).sort();

/** A closed run with checkpoints at the given steps. */
async function runWith(...steps: number[]): Promise<void> {
  const store = await open();
  await store.writeConfig(config);
  for (const step of steps) {
    for (const event of [stepEvent(step), checkpointEvent(step)]) await store.appendEvent(event);
    await store.writeCheckpoint(checkpointAt(step));
  }
  await store.close();
}

/** The step that a new writer goes on from. */
async function resumedStep(): Promise<number | undefined> {
  const store = await open();
  const checkpoint = await store.latestCheckpoint();
  await store.close();
  if (checkpoint) expect(checkpoint.tensors.get("weight")).toEqual(checkpointAt(checkpoint.step).tensors.get("weight"));
  return checkpoint?.step;
}

test("the files are where the layout says, and of checkpoints the last two", async () => {
  await runWith(1, 2, 3);
  const store = await open();
  await store.writeResult(result);
  await store.close();
  expect((await readdir(directory)).sort()).toEqual(["checkpoints", "config.json", "events.jsonl", "result.json"]);
  expect(await checkpointFiles()).toEqual(["step-00000002.safetensors", "step-00000003.safetensors"]);
  expect((await readFile(join(directory, "events.jsonl"), "utf8")).split("\n")).toHaveLength(7);
});

describe("a writer killed at any stage of a checkpoint loses nothing that was complete", () => {
  const whole = encodeCheckpoint(checkpointAt(3));
  const partial = () => `${checkpointPath(3)}.partial`;
  const events = () =>
    appendFile(
      join(directory, "events.jsonl"),
      [stepEvent(3), checkpointEvent(3)].map((e) => `${JSON.stringify(e)}\n`).join(""),
    );

  test.each<[string, number, () => Promise<unknown>]>([
    ["before the file", 2, events],
    ["the file just opened", 2, async () => [await events(), await writeFile(partial(), "")]],
    [
      "the file half written",
      2,
      async () => [await events(), await writeFile(partial(), whole.subarray(0, whole.length / 2))],
    ],
    ["the file written, not renamed", 2, async () => [await events(), await writeFile(partial(), whole)]],
    ["renamed, the oldest not removed", 3, async () => [await events(), await writeFile(checkpointPath(3), whole)]],
  ])("%s", async (_, step, leaveBehind) => {
    await runWith(1, 2);
    await leaveBehind();
    expect(await resumedStep()).toBe(step);
    expect(warnings).toEqual([]);
    expect((await checkpointFiles()).filter((name) => name.endsWith(".partial"))).toEqual([]);
    const store = await open();
    await store.truncateEvents(step);
    expect((await store.readEvents()).at(-1)).toEqual(checkpointEvent(step));
    await store.writeCheckpoint(checkpointAt(4));
    await store.close();
    expect(await checkpointFiles()).toEqual([step, 4].map((s) => `step-0000000${s}.safetensors`));
  });

  test("kill -9 of a real writer, five times over", async () => {
    let writer: ChildProcess | undefined;
    try {
      let last = 0;
      for (let round = 0; round < 5; round++) {
        writer = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), out], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const reported = await new Promise<number>((resolve) => {
          let step = 0;
          writer!.stdout!.on("data", (chunk: Buffer) => {
            step = Number(chunk.toString().trim().split("\n").at(-1));
            if (step >= 3) setTimeout(() => writer!.kill("SIGKILL"), (round * 7) % 5);
          });
          writer!.on("exit", () => resolve(step));
        });
        const store = await open();
        const checkpoint = (await store.latestCheckpoint())!;
        last = checkpoint.step;
        expect(last, `round ${round}`).toBeGreaterThanOrEqual(reported);
        expect(checkpoint.tensors.get("weight")).toEqual(checkpointAt(last, 20_000).tensors.get("weight"));
        await store.truncateEvents(last);
        expect((await store.readEvents()).at(-1), `round ${round}`).toEqual(checkpointEvent(last));
        await store.close();
        await rm(directory, { recursive: true });
      }
      expect(warnings.filter((warning) => !warning.includes("torn"))).toEqual([]);
    } finally {
      writer?.kill("SIGKILL");
    }
  });
});

describe("checkpoints that cannot be read", () => {
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "torn",
      async () => writeFile(checkpointPath(2), encodeCheckpoint(checkpointAt(2)).subarray(0, 300)),
      /header length|file must hold/,
    ],
    ["emptied", () => writeFile(checkpointPath(2), ""), /file must begin with an 8-byte header length; got 0 bytes/],
    [
      "with one bit changed",
      async () => {
        const bytes = await readFile(checkpointPath(2));
        bytes[bytes.length - 40]! ^= 1;
        await writeFile(checkpointPath(2), bytes);
      },
      /content must have the hash [0-9a-f]{64}; got [0-9a-f]{64}\. The file was damaged\./,
    ],
    [
      "foreign safetensors",
      () =>
        writeFile(
          checkpointPath(2),
          encodeSafetensors({ tensors: checkpointAt(2).tensors, metadata: { format: "pt" } }),
        ),
      /format must be sparselaw-checkpoint; got pt\./,
    ],
    [
      "of another version",
      () => {
        const { tensors } = checkpointAt(2);
        return writeFile(
          checkpointPath(2),
          encodeSafetensors({ tensors, metadata: { format: "sparselaw-checkpoint", version: "2" } }),
        );
      },
      /version must be 1; got 2\. Resume with the release that wrote it\./,
    ],
  ])("%s: passed over for the one before, with a warning that names the file", async (_, spoil, message) => {
    await runWith(1, 2);
    await spoil();
    expect(await resumedStep()).toBe(1);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(message);
    expect(warnings[0]).toContain(checkpointPath(2));
  });

  test("none left: a FormatError with the remedy, caused by the newest one's", async () => {
    await runWith(1, 2);
    for (const step of [1, 2]) await writeFile(checkpointPath(step), "not a checkpoint");
    const store = await open();
    const error = await store.latestCheckpoint().catch((e) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(
      /checkpoints: no checkpoint can be read\. Remove the directory to begin the run again\.$/,
    );
    expect(error.cause.file).toBe(checkpointPath(2));
    await store.close();
  });

  test("a damaged one is gone after the next checkpoint, however late its step", async () => {
    await runWith(1, 5);
    await writeFile(checkpointPath(5), "damaged");
    const store = await open();
    expect((await store.latestCheckpoint())!.step).toBe(1);
    await store.writeCheckpoint(checkpointAt(2));
    await store.close();
    expect(await checkpointFiles()).toEqual(["step-00000001.safetensors", "step-00000002.safetensors"]);
  });

  test("the hash covers metadata, names and shapes as well as values", () => {
    const text = new TextDecoder("latin1").decode(encodeCheckpoint(checkpointAt(2)));
    for (const [from, to] of [
      ['"seed":"7"', '"seed":"8"'],
      ['"mask"', '"mark"'],
      ['"shape":[2,32]', '"shape":[4,16]'],
    ] as const) {
      expect(text).toContain(from);
      const changed = Uint8Array.from(text.replace(from, to), (c) => c.charCodeAt(0));
      expect(() => decodeCheckpoint(changed, "f"), to).toThrow(/content must have the hash/);
    }
  });
});

describe("events", () => {
  const path = () => join(directory, "events.jsonl");

  test("a torn last line is cut off once, with a warning, and the next line stands on its own", async () => {
    await runWith(1);
    await appendFile(path(), '{"type":"step","step":2,"trai');
    expect(await readEvents(directory)).toEqual([stepEvent(1), checkpointEvent(1)]);
    const store = await open();
    expect(warnings).toEqual([`${path()}: the last line was torn and has been cut off (29 bytes).`]);
    await store.appendEvent(stepEvent(2));
    expect(await store.readEvents()).toEqual([stepEvent(1), checkpointEvent(1), stepEvent(2)]);
    await store.close();
    await (await open()).close();
    expect(warnings).toHaveLength(1);
  });

  test("a broken line in the middle is named by its number", async () => {
    await runWith(1);
    await appendFile(path(), `{"type":"st\n${JSON.stringify(stepEvent(2))}\n`);
    await expect(readEvents(directory)).rejects.toThrow(
      `${path()}:3: line must be an event with type and step; got {"type":"st.`,
    );
  });

  test("are on disk after a checkpoint, a result, a close, and about a second at the latest", async () => {
    const store = await open();
    const onDisk = async () => (await readEvents(directory)).length;
    await store.appendEvent(stepEvent(1));
    await store.writeCheckpoint(checkpointAt(1));
    expect(await onDisk()).toBe(1);
    await store.appendEvent(stepEvent(2));
    await store.writeResult(result);
    expect(await onDisk()).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await store.appendEvent(stepEvent(3));
    expect(await onDisk()).toBe(3);
    await store.appendEvent(stepEvent(4));
    await store.close();
    expect(await onDisk()).toBe(4);
  });
});

describe("the lock", () => {
  const lock = () => join(directory, "lock");

  test("a second writer is refused, naming the first", async () => {
    const store = await open();
    const error = await open().catch((e) => e);
    expect(error).toBeInstanceOf(StateError);
    expect(error.message).toMatch(new RegExp(`lock: run must have no other writer; got process ${process.pid} on `));
    await store.close();
    await (await open()).close();
  });

  test("of ten writers at once exactly one gets a stale lock, even one whose last takeover was killed too", async () => {
    const dead = JSON.stringify({ pid: 2 ** 30, host: hostname(), since: "then", started: null });
    for (let round = 0; round < 20; round++) {
      await mkdir(directory, { recursive: true });
      await writeFile(lock(), dead);
      if (round % 2 === 1) await writeFile(`${lock()}.takeover`, dead);
      const attempts = await Promise.allSettled(Array.from({ length: 10 }, open));
      const stores = attempts.filter((attempt) => attempt.status === "fulfilled").map((attempt) => attempt.value);
      expect(stores, `round ${round}`).toHaveLength(1);
      await stores[0]!.close();
      expect(existsSync(directory)).toBe(false);
    }
  });

  test.each<[string, object | string]>([
    ["a dead process", { pid: 2 ** 30, host: hostname(), since: "then", started: null }],
    [
      "a dead process whose number is in use again",
      { pid: process.pid, host: hostname(), since: "then", started: "1" },
    ],
    ["a machine that went down before the content was on disk", ""],
  ])("%s does not keep it", async (_, holder) => {
    await mkdir(directory);
    await writeFile(lock(), typeof holder === "string" ? holder : JSON.stringify(holder));
    await (await open()).close();
    expect(existsSync(lock())).toBe(false);
  });

  test.runIf(onLinux)("a killed process that nobody has collected yet does not keep it", async () => {
    const shell = spawn("sh", ["-c", "sleep 0.01 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const pid = Number(await new Promise((resolve) => shell.stdout.once("data", resolve)));
      const stat = () => readFile(`/proc/${pid}/stat`, "utf8");
      const started = (await stat()).split(" ")[21]!;
      await expect.poll(stat).toMatch(/\) Z /);
      await mkdir(directory);
      await writeFile(lock(), JSON.stringify({ pid, host: hostname(), since: "then", started }));
      await (await open()).close();
      expect(existsSync(lock())).toBe(false);
    } finally {
      shell.kill("SIGKILL");
    }
  });

  test("a process on another machine keeps it, and the message says what to do", async () => {
    await mkdir(directory);
    await writeFile(lock(), JSON.stringify({ pid: 2 ** 30, host: "elsewhere", since: "then", started: null }));
    await expect(open()).rejects.toThrow(
      /got process 1073741824 on elsewhere, since then\. Wait for it or stop it; if it is gone, remove the file\./,
    );
  });
});

describe("a full disk", () => {
  test.runIf(onLinux)("while a checkpoint is written: a clear error, the earlier ones intact", async () => {
    await runWith(1, 2);
    const store = await open();
    await symlink("/dev/full", `${checkpointPath(3)}.partial`);
    const error = await store.writeCheckpoint(checkpointAt(3)).catch((e) => e);
    expect(error).toBeInstanceOf(StateError);
    expect(error.message).toMatch(
      /step-00000003\.safetensors: file must be written whole; got "ENOSPC.*"\. Free disk space and start again/,
    );
    await store.close();
    expect(await checkpointFiles()).toEqual(["step-00000001.safetensors", "step-00000002.safetensors"]);
    expect(await resumedStep()).toBe(2);
  });

  test.runIf(onLinux)("while events are written: a clear error, and the lock is let go of", async () => {
    const store = await open();
    await symlink("/dev/full", join(directory, "events.jsonl"));
    await store.appendEvent(stepEvent(1));
    await expect(store.close()).rejects.toThrow(/events\.jsonl: file must be written whole; got "ENOSPC/);
    expect(existsSync(join(directory, "lock"))).toBe(false);
  });
});

describe("listRuns", () => {
  test("lists finished, unfinished and broken runs, and says what is wrong with them", async () => {
    const finished = await openRun(out, "a");
    await finished.writeConfig(config);
    await finished.writeResult(result);
    await finished.close();
    const running = await openRun(out, "b");
    await running.writeConfig(config);
    await mkdir(join(out, "c", "checkpoints"), { recursive: true });
    await mkdir(join(out, "d"));
    await writeFile(join(out, "d", "config.json"), '{"model":');
    await writeFile(join(out, "d", "result.json"), '{"type":"resu');
    await mkdir(join(out, "not a run"));
    await writeFile(join(out, "notes.txt"), "");

    const [a, b, c, d, ...others] = await listRuns(out);
    expect(others).toEqual([]);
    expect(a).toEqual({ id: "a", directory: join(out, "a"), config, result, writer: undefined, problems: [] });
    expect(b).toMatchObject({ id: "b", config, result: undefined, writer: { pid: process.pid }, problems: [] });
    expect(c!.problems).toEqual([
      `${join(out, "c/config.json")}: file must exist; got none. The run was stopped before it began.`,
    ]);
    expect(d!.problems).toEqual([
      expect.stringMatching(/d.config\.json: file must be JSON; got "Unexpected end of JSON input"\./),
      expect.stringMatching(/d.result\.json: file must be a run's result; got .*\. Remove it to run again\./),
    ]);
    await running.close();
  });

  test("does not repair, since it is not the writer", async () => {
    await runWith(1);
    await appendFile(join(directory, "events.jsonl"), "torn");
    await rename(checkpointPath(1), `${checkpointPath(1)}.partial`);
    await listRuns(out);
    expect((await readFile(join(directory, "events.jsonl"), "utf8")).endsWith("torn")).toBe(true);
    expect(await checkpointFiles()).toEqual(["step-00000001.safetensors.partial"]);
  });

  test("finds none where there is no directory", async () => {
    expect(await listRuns(join(out, "none"))).toEqual([]);
  });
});
