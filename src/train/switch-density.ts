/** The density below which this machine's CSR products beat its dense ones, measured once and remembered. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Variant } from "../core/config.ts";
import { VERSION } from "../core/version.ts";
import { compileKernels } from "../kernels/variant.ts";
import { measureSwitchDensity } from "./crossover.ts";

/** Where the measurement is kept; SPARSELAW_CACHE names another directory. */
export function calibrationFile(): string {
  const cache =
    process.env.SPARSELAW_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sparselaw");
  return join(cache, "calibration.json");
}

/** The remembered crossover density of this CPU, Node, package and build, measured now where there is none. */
export async function measuredSwitchDensity(variant: Variant): Promise<number> {
  const key = [cpus()[0]?.model ?? "unknown CPU", process.version, VERSION, variant].join(" · ");
  const file = calibrationFile();
  const known = await readCalibration(file);
  const remembered = known[key];
  if (remembered !== undefined) return remembered;
  const density = measureSwitchDensity(await compileKernels(variant));
  await writeCalibration(file, { ...(await readCalibration(file)), [key]: density });
  return density;
}

/** An unreadable cache is measured anew: it holds nothing that cannot be. */
async function readCalibration(file: string): Promise<Record<string, number>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, "utf8"));
    const entries = Object.entries(parsed as Record<string, unknown>);
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
  } catch {
    return {};
  }
}

async function writeCalibration(file: string, calibration: Record<string, number>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, `${JSON.stringify(calibration, null, 2)}\n`);
  await rename(beside, file);
}
