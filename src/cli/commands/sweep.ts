/** sparselaw sweep */
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { formatDuration, formatPercent, plural } from "../../core/format.ts";
import type { RunningRun } from "../../sweep/progress.ts";
import type { SweepEvent, SweepSummary } from "../../sweep/run.ts";
import { command } from "../command.ts";
import { readText } from "../files.ts";
import { text, toggle, value, withDefault } from "../flags.ts";
import { INTERRUPTED, interruptible } from "../interrupt.ts";
import type { Output } from "../output.ts";
import { positiveInteger } from "../parsers.ts";
import { turbo } from "../shared-options.ts";

export const sweepCommand = command({
  name: "sweep",
  words: "<sweep.yaml>",
  help: "train every run of a grid that is not completed, one run a core",
  options: {
    out: withDefault(text("<directory>", "where runs are kept"), "runs"),
    jobs: withDefault(value("<n>", "runs at a time", positiveInteger), availableParallelism(), "one a core"),
    turbo,
    dryRun: toggle("print runs, FLOPs, bytes and time, and train nothing"),
  },
  async run([file], flags, output) {
    const { sweepConfigOf } = await import("../../config/files.ts");
    const { estimateSweep, prepareSweep, runPrepared } = await import("../../sweep/node.ts");
    const { chooseTurbo } = await import("../turbo.ts");
    const { out, jobs, dryRun } = flags;
    const { config, origin } = await sweepConfigOf(await readText(file), file);
    const turbo = await chooseTurbo(flags.turbo, config.base.variant, output);
    return await interruptible(output, async (signal) => {
      const onEvent = (event: SweepEvent) => show(event, config.name, output);
      const prepared = await prepareSweep(config, {
        out,
        baseDir: dirname(file),
        source: origin,
        jobs,
        turbo,
        signal,
        onEvent,
      });
      if (dryRun) {
        const { printPlan } = await import("../sweep-plan.ts");
        printPlan(prepared, await estimateSweep(prepared), output);
        return 0;
      }
      const { plan, completed } = prepared;
      output.print(
        `sweep ${plan.name}: ${plural(plan.runs.length, "run")}, ${completed.size} completed already, ${prepared.jobs} at a time`,
      );
      const summary = await runPrepared(prepared);
      printSummary(summary, output);
      if (signal.aborted) output.warn(`Resume with: sparselaw sweep ${file} --out ${out}`);
      return signal.aborted ? INTERRUPTED : summary.failed.length > 0 ? 1 : 0;
    });
  },
});

function show(event: SweepEvent, sweep: string, output: Output): void {
  if (event.type === "run-end") output.record(event.result);
  else output.record(event);
  if (event.type === "warning") output.warn(`${event.name}: ${event.message}`);
  if (event.type === "run-failed") output.print(`failed  ${event.name}: ${event.message}`);
  if (event.type === "run-end" && event.result.status === "completed")
    output.print(`done    ${event.name}  loss ${event.result.validLoss.toFixed(4)}`);
  if (event.type !== "progress") return;
  const { completed, failed, total, share, etaSeconds, running } = event;
  const eta = etaSeconds === undefined ? "" : ` · ${formatDuration(etaSeconds)} left`;
  output.progress(() => [
    `sweep ${sweep}: ${completed}/${total} done${failed > 0 ? `, ${failed} failed` : ""} · ${formatPercent(share, 1)}${eta}`,
    ...running.map(runningLine),
  ]);
}

function runningLine({ name, step, steps, trainLoss, sparsity }: RunningRun): string {
  const loss =
    trainLoss === undefined ? "starting" : `loss ${trainLoss.toFixed(4)} · sparsity ${formatPercent(sparsity, 1)}`;
  return `  ${name} · step ${step}/${steps} · ${loss}`;
}

function printSummary(summary: SweepSummary, output: Output): void {
  const { name, total, completed, failed, left, seconds, lossHash } = summary;
  output.record(summary);
  const rest = left > 0 ? `, ${left} left` : "";
  output.print(
    `sweep ${name}: ${completed} of ${plural(total, "run")} completed, ${failed.length} failed${rest} · ${formatDuration(seconds)}`,
  );
  if (lossHash !== undefined) output.print(`bits of all losses of all ${plural(total, "run")}: ${lossHash}`);
  if (failed.length === 0) return;
  output.warn(
    `failed: ${failed.map((run) => `${run.name} (${run.id})`).join(", ")}. Start the sweep again to retry them.`,
  );
}
