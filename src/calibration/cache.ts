/** Calibrations of this machine, remembered on disk. Node only. */
import type { Variant } from "../core/record.ts";
import { isTurbo } from "../kernels/turbo.ts";
import { cacheFile, machineKey, readEntries, rememberEntry } from "../store/machine-cache.ts";
import { type Calibration, calibrationSchema } from "./calibration.ts";
import { measureCalibration, measureSwitchDensity } from "./measure.ts";

const FILE = "calibration.json";

/** Where calibrations are kept; SPARSELAW_CACHE names another directory. */
export function calibrationFile(): string {
  return cacheFile(FILE);
}

/** The remembered crossover density of this CPU, Node, package and build, measured now where there is none. */
export async function measuredSwitchDensity(variant: Variant): Promise<number> {
  const remembered = (await readCalibrations())[keyOf(variant)];
  if (remembered !== undefined) return remembered.switchDensity;
  const switchDensity = await measureSwitchDensity(variant);
  await remember(variant, { switchDensity, products: [] });
  return switchDensity;
}

/** The remembered calibration with its table of product times, if it was ever measured. */
export async function rememberedCalibration(variant: Variant): Promise<Calibration | undefined> {
  const remembered = (await readCalibrations())[keyOf(variant)];
  return remembered?.products.length ? remembered : undefined;
}

/** Measures everything anew and remembers it. */
export async function calibrate(variant: Variant, onProgress?: (done: number) => void): Promise<Calibration> {
  const calibration = await measureCalibration(variant, onProgress);
  await remember(variant, calibration);
  return calibration;
}

function keyOf(variant: Variant): string {
  return machineKey(isTurbo() ? `${variant} turbo` : variant);
}

/** An unreadable entry is measured anew: it holds nothing that cannot be. */
async function readCalibrations(): Promise<Record<string, Calibration>> {
  return Object.fromEntries(
    Object.entries(await readEntries(FILE)).flatMap(([key, entry]) => {
      const parsed = calibrationSchema.safeParse(entry);
      return parsed.success ? [[key, parsed.data]] : [];
    }),
  );
}

function remember(variant: Variant, calibration: Calibration): Promise<void> {
  return rememberEntry(FILE, keyOf(variant), calibration);
}
