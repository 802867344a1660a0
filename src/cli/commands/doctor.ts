/** sparselaw doctor */
import { doctor } from "../../doctor/doctor.ts";
import { formatBytes } from "../../memory/arena.ts";
import { alignColumns, type Output } from "../output.ts";

export async function doctorCommand(output: Output): Promise<number> {
  const report = await doctor();
  output.record({ type: "doctor", ...report });
  output.print(...alignColumns(Object.entries(report).map(([name, value]) => [name, shown(name, value)])));
  return 0;
}

function shown(name: string, value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" && name.endsWith("Bytes") ? formatBytes(value) : String(value ?? "none");
}
