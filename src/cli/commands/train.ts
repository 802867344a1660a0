/** sparselaw train */
import { dirname } from "node:path";
import { formatCount, formatDuration, formatNumber, formatPercent } from "../../core/format.ts";
import type { RunEvent, RunResult } from "../../core/record.ts";
import { command } from "../command.ts";
import { readText } from "../files.ts";
import { otherwiseAs, text, value, withDefault } from "../flags.ts";
import { INTERRUPTED, interruptible } from "../interrupt.ts";
import type { Output } from "../output.ts";
import { positiveInteger } from "../parsers.ts";
import { turbo, variant } from "../shared-options.ts";

export const trainCommand = command({
  name: "train",
  words: "<config.yaml>",
  help: "train one run, or go on with it",
  options: {
    out: withDefault(text("<directory>", "where runs are kept"), "runs"),
    threads: withDefault(value("<n>", "threads of the run; the bits do not depend on it", positiveInteger), 1),
    variant: otherwiseAs(
      variant("build of the kernels; relaxed fuses multiplication and addition, with bits of its own"),
      "the configuration's",
    ),
    turbo,
  },
  async run([file], flags, output) {
    const { runConfigOf } = await import("../../config/files.ts");
    const { train } = await import("../../train/node.ts");
    const { chooseTurbo } = await import("../turbo.ts");
    const { out, threads } = flags;
    const written = await runConfigOf(await readText(file), file);
    const config = { ...written, variant: flags.variant ?? written.variant };
    const show = progressOf(config.training.steps, output);
    const onEvent = (event: RunEvent) => {
      output.record(event);
      show(event);
    };
    const onWarning = (message: string) => output.warn(message);
    const turbo = await chooseTurbo(flags.turbo, config.variant, output);
    const result = await interruptible(output, (signal) =>
      train(config, { out, baseDir: dirname(file), threads, turbo, signal, onEvent, onWarning }),
    );
    output.record(result);
    output.print(...describe(result, out));
    if (result.status === "stopped") output.warn(`Resume with: sparselaw train ${file} --out ${out}`);
    return { completed: 0, stopped: INTERRUPTED, diverged: 2, failed: 1 }[result.status];
  },
});

/** Step events that speed is averaged over: about ten seconds. */
const SPEED_EVENTS = 200;

/** One line: step, loss, sparsity, speed, time left. */
function progressOf(steps: number, output: Output): (event: RunEvent) => void {
  const recent: { step: number; seconds: number }[] = [];
  let validLoss = "";
  return (event) => {
    if (event.type === "eval") validLoss = ` · valid ${event.validLoss.toFixed(4)}`;
    if (event.type !== "step") return;
    const { step, trainLoss, sparsity } = event;
    recent.push({ step, seconds: performance.now() / 1000 });
    if (recent.length > SPEED_EVENTS) recent.shift();
    output.progress(() => [
      `step ${step}/${steps} · loss ${trainLoss.toFixed(4)}${validLoss} · sparsity ${formatPercent(sparsity, 1)}${speed(recent, steps)}`,
    ]);
  };
}

function speed(recent: readonly { step: number; seconds: number }[], steps: number): string {
  const [first, last] = [recent[0]!, recent.at(-1)!];
  if (last.step === first.step) return "";
  const stepsPerSecond = (last.step - first.step) / (last.seconds - first.seconds);
  const left = (steps - last.step) / stepsPerSecond;
  return ` · ${formatNumber(stepsPerSecond)} steps/s · ${formatDuration(left)} left`;
}

function describe(result: RunResult, out: string): string[] {
  const { id, status, message, validLoss, sparsity, nonzeroParams, totalParams, dataSeen, dataUnit, seconds } = result;
  const head = `run ${id} ${status}${message === undefined ? "" : `: ${message}`}`;
  if (status !== "completed") return [head, `  saved in ${out}/${id}`];
  return [
    `${head} in ${formatDuration(seconds)} (${formatNumber(result.stepsPerSecond)} steps/s)`,
    `  validation loss  ${validLoss.toFixed(4)} nats per ${dataUnit.slice(0, -1)} (accuracy ${formatPercent(result.validAccuracy, 1)})`,
    `  non-zero weights ${formatCount(nonzeroParams)} in attention and MLP, sparsity ${formatPercent(sparsity, 3)}; ` +
      `${formatCount(totalParams)} parameters before pruning`,
    `  data seen        ${formatCount(dataSeen)} ${dataUnit}`,
    `  saved in         ${out}/${id}`,
  ];
}
