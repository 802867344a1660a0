/** What has become of a run, in words. */
import type { RunEntry } from "../store/run-directory.ts";

export function stateOf({ result, writer, problems }: RunEntry): string {
  if (writer !== undefined) return `running (process ${writer.pid})`;
  return result?.status ?? (problems.length > 0 ? `unreadable: ${problems[0]}` : "unfinished");
}
