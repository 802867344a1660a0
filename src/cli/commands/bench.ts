/** sparselaw bench */
import type { Calibration } from "../../calibration/calibration.ts";
import { formatNumber, formatPercent } from "../../core/format.ts";
import type { Variant } from "../../core/record.ts";
import { command } from "../command.ts";
import { toggle, withDefault } from "../flags.ts";
import { turbo, variant } from "../shared-options.ts";

export const benchCommand = command({
  name: "bench",
  words: "",
  help: "what this machine's products cost at each size and density, measured once",
  options: {
    calibrate: toggle("measure anew, and remember it"),
    variant: withDefault(variant("build of the kernels"), "strict"),
    turbo,
  },
  async run(_, flags, output) {
    const { calibrate, calibrationFile, rememberedCalibration } = await import("../../calibration/cache.ts");
    const { chooseTurbo } = await import("../turbo.ts");
    const { variant } = flags;
    const turbo = await chooseTurbo(flags.turbo, variant, output);
    const remembered = flags.calibrate ? undefined : await rememberedCalibration(variant);
    const calibration =
      remembered ??
      (await calibrate(variant, (done) => output.progress(() => [`calibrating: ${formatPercent(done, 0)}`])));
    const file = calibrationFile();
    output.record({ type: "calibration", variant, turbo, file, ...calibration });
    output.print(...describe(calibration, variant, file));
    return 0;
  },
});

function describe({ products, switchDensity }: Calibration, variant: Variant, file: string): string[] {
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
    `CSR is used from density ${switchDensity} down (sparsity ${Number((1 - switchDensity).toFixed(2))} up); kept in ${file}`,
  ];
}
