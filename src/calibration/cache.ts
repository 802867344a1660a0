/** Calibrations of this machine, remembered on disk. Node only. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Variant } from "../core/record.ts";
import { VERSION } from "../core/version.ts";
import { isTurbo } from "../kernels/turbo.ts";
import { replaceFile } from "../store/files.ts";
import { type Calibration, calibrationSchema } from "./calibration.ts";
import { measureCalibration, measureSwitchDensity } from "./measure.ts";

/** Where calibrations are kept; SPARSELAW_CACHE names another directory. */
export function calibrationFile(): string {
  const cache =
    process.env.SPARSELAW_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sparselaw");
  return join(cache, "calibration.json");
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
  const build = isTurbo() ? `${variant} turbo` : variant;
  return [cpus()[0]?.model ?? "unknown CPU", process.version, VERSION, build].join(" · ");
}

/** An unreadable entry is measured anew: it holds nothing that cannot be. */
async function readCalibrations(): Promise<Record<string, Calibration>> {
  const text = await readFile(calibrationFile(), "utf8").catch(() => "{}");
  return Object.fromEntries(
    Object.entries(parseObject(text)).flatMap(([key, entry]) => {
      const parsed = calibrationSchema.safeParse(entry);
      return parsed.success ? [[key, parsed.data]] : [];
    }),
  );
}

function parseObject(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

async function remember(variant: Variant, calibration: Calibration): Promise<void> {
  const file = calibrationFile();
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  const calibrations = { ...(await readCalibrations()), [keyOf(variant)]: calibration };
  await writeFile(beside, `${JSON.stringify(calibrations, null, 2)}\n`);
  await replaceFile(beside, file);
}
