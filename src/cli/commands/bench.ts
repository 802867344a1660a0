/** sparselaw bench */
import { calibrate, calibrationFile, rememberedCalibration } from "../../calibration/cache.ts";
import type { Calibration } from "../../calibration/calibration.ts";
import type { Variant } from "../../core/record.ts";
import { enableTurbo } from "../../kernels/turbo.ts";
import { formatNumber, formatPercent } from "../../report/format.ts";
import type { Output } from "../output.ts";

export interface BenchFlags {
  readonly calibrate: boolean;
  readonly variant: Variant;
  readonly turbo: boolean;
}

export async function benchCommand(flags: BenchFlags, output: Output): Promise<number> {
  const { variant, turbo } = flags;
  if (turbo) enableTurbo();
  const remembered = flags.calibrate ? undefined : await rememberedCalibration(variant);
  const calibration =
    remembered ??
    (await calibrate(variant, (done) => output.progress(() => [`calibrating: ${formatPercent(done, 0)}`])));
  output.record({ type: "calibration", variant, turbo, file: calibrationFile(), ...calibration });
  output.print(...describe(calibration, variant));
  return 0;
}

function describe({ products, switchDensity }: Calibration, variant: Variant): string[] {
  const densities = products[0]!.sparse.map(({ density }) => density);
  const cell = (text: string) => text.padStart(10);
  return [
    `three products of a linear layer on one thread, ${variant} build: ns a token dense, and how many times faster sparse`,
    [cell("width"), cell("dense ns"), ...densities.map((density) => cell(`S=${1 - density}`))].join(""),
    ...products.map(({ inFeatures, denseNsPerToken, sparse }) =>
      [
        cell(String(inFeatures)),
        cell(formatNumber(denseNsPerToken)),
        ...sparse.map(({ nsPerToken }) => cell(`${(denseNsPerToken / nsPerToken).toFixed(2)}×`)),
      ].join(""),
    ),
    `CSR is used from density ${switchDensity} down (sparsity ${Number((1 - switchDensity).toFixed(2))} up); kept in ${calibrationFile()}`,
  ];
}
