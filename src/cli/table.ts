/** Tables for people: one list of columns, each with its heading and what stands below it. */
import { alignColumns } from "./output.ts";

export interface Column<T> {
  readonly heading: string;
  /** Nothing where there is nothing to say, as of the loss of a run that has not ended. */
  readonly of: (item: T) => string | undefined;
}

/** A line of headings, then one for each item. */
export function tableLines<T>(columns: readonly Column<T>[], items: readonly T[]): string[] {
  const headings = columns.map(({ heading }) => heading);
  return alignColumns([headings, ...items.map((item) => columns.map(({ of }) => of(item) ?? ""))]);
}
