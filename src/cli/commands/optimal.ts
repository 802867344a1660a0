/** sparselaw optimal */

import { readYaml } from "../../core/yaml.ts";
import type { SparseParams } from "../../fit/index.ts";
import {
  isPresetName,
  type OptimalOptions,
  optimalSparsity,
  parseFitResult,
  presetNamed,
  sparseParamsOf,
} from "../../fit/index.ts";
import { formatCount, formatNumber, formatPercent, formatScientific } from "../../report/format.ts";
import { readText } from "../inputs.ts";
import type { Output } from "../output.ts";

export interface OptimalFlags extends Pick<OptimalOptions, "flops" | "chinchillaMultiple"> {
  readonly law: string;
  readonly nonzero: number;
  readonly cost: "sparse" | "dense";
}

export async function optimalCommand(flags: OptimalFlags, output: Output): Promise<number> {
  const { law, nonzero, ...options } = flags;
  const optimal = optimalSparsity({ ...options, law: await readLaw(law), nonzeroParams: nonzero });
  output.record(optimal);
  const { sparsity, data, loss, denseEquivalent, flops, multiple } = optimal;
  output.print(
    `optimal sparsity  ${formatPercent(sparsity)}`,
    `  for ${formatCount(nonzero)} non-zero parameters and ${formatScientific(flops)} FLOPs (${formatNumber(multiple)} × dense compute-optimal), ${flags.cost} cost`,
    `  data ${formatCount(data)}, loss ${loss.toFixed(4)} nats, as good as a dense model of ${formatCount(denseEquivalent)} parameters`,
  );
  return 0;
}

/** A preset by its name, or a fit by its file. */
async function readLaw(law: string): Promise<SparseParams> {
  if (isPresetName(law) || !/[./\\]/.test(law)) return presetNamed(law);
  return sparseParamsOf(parseFitResult(readYaml(await readText(law), law).input, law));
}
