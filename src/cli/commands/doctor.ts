/** sparselaw doctor */
import { formatBytes } from "../../memory/arena.ts";
import { command } from "../command.ts";
import { alignColumns } from "../output.ts";

export const doctorCommand = command({
  name: "doctor",
  words: "",
  help: "what this machine has",
  options: {},
  async run(_, __, output) {
    const { doctor } = await import("../../doctor/doctor.ts");
    const report = await doctor();
    output.record({ type: "doctor", ...report });
    output.print(...alignColumns(Object.entries(report).map(([name, value]) => [name, shown(name, value)])));
    return 0;
  },
});

function shown(name: string, value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" && name.endsWith("Bytes") ? formatBytes(value) : String(value ?? "none");
}
