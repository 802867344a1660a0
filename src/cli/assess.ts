/** What a table leaves open of its fit, with progress and Ctrl-C. */
import { formatDuration } from "../core/format.ts";
import { type AssessOptions, assessFit, type FitResult, type FitRow } from "../fit/index.ts";
import { interruptible } from "./interrupt.ts";
import type { Output } from "./output.ts";

/** The fit with its uncertainty. */
export async function assessed(
  rows: readonly FitRow[],
  fit: FitResult,
  options: AssessOptions,
  output: Output,
): Promise<FitResult> {
  const began = performance.now();
  const onDone = (done: number, total: number) => output.progress(() => [progressLine(done, total, began)]);
  const uncertainty = await interruptible(output, (signal) => assessFit(rows, fit, { ...options, onDone, signal }));
  output.clear();
  return { ...fit, uncertainty };
}

function progressLine(done: number, total: number, began: number): string {
  const left = ((performance.now() - began) / 1000 / done) * (total - done);
  return `bootstrap and profiles: ${Math.round((100 * done) / total)} %, ${formatDuration(left)} left`;
}
