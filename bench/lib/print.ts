/** Lines of a benchmark: as JSON, or as a table that begins anew where other columns come. */
const WIDTHS: Readonly<Record<string, number>> = { kernel: 24, pass: 15, shape: 44, pattern: 13, model: 9 };

export function createPrinter(isJson: boolean): (line: object) => void {
  if (isJson) return (line) => console.log(JSON.stringify(line));
  let header = "";
  return (line) => {
    const { type, ...fields } = line as Record<string, unknown>;
    if (type !== "bench" && type !== "step") {
      console.log(
        `${type}: ${Object.entries(fields)
          .map(([name, value]) => `${name} ${value}`)
          .join(" · ")}`,
      );
      return;
    }
    const cell = (name: string, text: string) => {
      const width = WIDTHS[name] ?? Math.max(name.length, 8);
      return name in WIDTHS ? text.padEnd(width) : text.padStart(width);
    };
    const columns = Object.keys(fields)
      .map((name) => cell(name, name))
      .join(" ");
    if (columns !== header) console.log(`\n${columns}`);
    header = columns;
    console.log(
      Object.entries(fields)
        .map(([name, value]) => cell(name, textOf(value)))
        .join(" "),
    );
  };
}

function textOf(value: unknown): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${part}`)
    .join(" ");
}
