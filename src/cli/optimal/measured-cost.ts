/** The measured cost that a command line asks for: this machine's, or that of a file. */
import { cpus } from "node:os";
import { calibrate, rememberedCalibration } from "../../calibration/cache.ts";
import { type Calibration, parseCalibration } from "../../calibration/calibration.ts";
import { trainingTime, widthOf } from "../../calibration/training-time.ts";
import { readYaml } from "../../config/yaml.ts";
import { ConfigError } from "../../core/errors.ts";
import { formatNumber, formatPercent, plural } from "../../core/format.ts";
import type { Variant } from "../../core/record.ts";
import type { Ramp, TimeCost } from "../../fit/index.ts";
import { readText } from "../files.ts";
import type { Output } from "../output.ts";
import { chooseTurbo } from "../turbo.ts";

export interface MachineFlags {
  readonly layers: number;
  readonly threads: number;
  readonly tokensPerExample: number | undefined;
  readonly calibration: string | undefined;
  readonly variant: Variant;
  readonly turbo: boolean | undefined;
}

export interface MeasuredCost {
  readonly time: TimeCost;
  /** For people, e.g. "this CPU (…), 2 threads". */
  readonly machine: string;
  /** What the times are of, for a model of N non-zero parameters and sparsity S. */
  assumptions(nonzeroParams: number, sparsity: number): string;
  /** What to know before trusting them; undefined where nothing is. */
  warning(nonzeroParams: number, sparsity: number): string | undefined;
}

/**
 * Times of training from the calibration, measured now where this machine has none.
 *
 * @throws {ConfigError} for a file that is no calibration, and for a law of images without --tokens-per-example
 */
export async function measuredCost(
  flags: MachineFlags & { readonly dataUnit: string; readonly schedule: Ramp },
  output: Output,
): Promise<MeasuredCost> {
  const { layers, threads, calibration: file, dataUnit, schedule, tokensPerExample } = flags;
  if (dataUnit === "images" && tokensPerExample === undefined)
    throw new ConfigError(
      "optimal: --tokens-per-example must be given for a law whose D counts images; got nothing. Count the patches of an image.",
    );
  const calibration = file === undefined ? await thisMachine(flags, output) : await calibrationIn(file);
  const tokensPerDatum = tokensPerExample ?? 1;
  const width = (nonzeroParams: number, sparsity: number) => widthOf(nonzeroParams, sparsity, layers);
  return {
    time: trainingTime(calibration, { numLayers: layers, threads, tokensPerDatum, schedule }),
    machine: `${machineName(file)}, ${plural(threads, "thread")}`,
    assumptions: (nonzeroParams, sparsity) =>
      `${plural(layers, "block")} of width ${formatNumber(width(nonzeroParams, sparsity))}, 12·width² weights each; their products alone` +
      (threads > 1 ? `, ${threads} threads taken as ${threads} times as fast` : ""),
    warning: (nonzeroParams, sparsity) => extrapolation(calibration, width(nonzeroParams, sparsity), sparsity),
  };
}

function machineName(file: string | undefined): string {
  return file === undefined ? `this CPU (${cpus()[0]?.model.trim() ?? "unknown"})` : `the machine of ${file}`;
}

async function thisMachine({ variant, turbo }: MachineFlags, output: Output): Promise<Calibration> {
  await chooseTurbo(turbo, variant, output);
  const onProgress = (done: number) => output.progress(() => [`calibrating: ${formatPercent(done, 0)}`]);
  return (await rememberedCalibration(variant)) ?? (await calibrate(variant, onProgress));
}

async function calibrationIn(file: string): Promise<Calibration> {
  const calibration = parseCalibration(readYaml(await readText(file), file).input, file);
  if (calibration.products.length > 0) return calibration;
  throw new ConfigError(`${file}: products must be measured; got none. Run sparselaw bench --calibrate --json.`);
}

/** Attention's layers are d × d, those of the MLP as large as square ones of 2d. */
function extrapolation({ products }: Calibration, width: number, sparsity: number): string | undefined {
  const widths = products.map(({ inFeatures, outFeatures }) => Math.sqrt(inFeatures * outFeatures));
  const [low, high] = [Math.min(...widths), Math.max(...widths)];
  const lowest = Math.min(...products.flatMap(({ sparse }) => sparse.map(({ density }) => density)));
  const parts = [
    ...(width < low || 2 * width > high
      ? [`layers of width ${formatNumber(width)} to ${formatNumber(2 * width)} against ${low} to ${high} measured`]
      : []),
    ...(1 - sparsity < lowest ? [`density ${formatNumber(1 - sparsity)} against ${lowest} measured`] : []),
  ];
  return parts.length === 0 ? undefined : `optimal: times are extrapolated in proportion: ${parts.join("; ")}.`;
}
