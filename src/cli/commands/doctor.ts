/** sparselaw doctor */
import { doctor } from "../../doctor/doctor.ts";
import { alignColumns, type Output } from "../output.ts";

export async function doctorCommand(output: Output): Promise<number> {
  const report = await doctor();
  output.record({ type: "doctor", ...report });
  output.print(...alignColumns(Object.entries(report).map(([name, value]) => [name, String(value)])));
  return 0;
}
