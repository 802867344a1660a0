/** Where commands print: JSON lines for programs, or lines and a live display for people. */

/** A redraw a tenth of a second is as live as the eye needs. */
const REDRAW_MS = 100;
/** Without a terminal, progress is a line now and then. */
const PLAIN_PROGRESS_MS = 10_000;

/** What is used of process.stdout and process.stderr. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputOptions {
  readonly isJson: boolean;
  /** Puts what the library says into the words of a command. */
  readonly word?: (message: string) => string;
  readonly stdout?: Stream;
  readonly stderr?: Stream;
}

export class Output {
  readonly isJson: boolean;
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #word: (message: string) => string;
  /** Lines of the live display that stand on the terminal. */
  #liveLines = 0;
  #lastProgress = Number.NEGATIVE_INFINITY;

  constructor({
    isJson,
    word = (message) => message,
    stdout = process.stdout,
    stderr = process.stderr,
  }: OutputOptions) {
    this.isJson = isJson;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#word = word;
  }

  /** One JSON line, with --json only. */
  record(value: object): void {
    if (this.isJson) this.#stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Lines for people, without --json only. */
  print(...lines: readonly string[]): void {
    if (this.isJson) return;
    this.clear();
    for (const line of lines) this.#stdout.write(`${line}\n`);
  }

  /** A line about what went wrong or was left out; never on stdout. */
  warn(line: string): void {
    this.clear();
    this.#stderr.write(`${this.#word(line)}\n`);
  }

  /** Replaces the live display on a terminal; elsewhere prints the first line now and then. */
  progress(lines: () => readonly string[]): void {
    const now = performance.now();
    const { isTTY = false, columns = 80 } = this.#stdout;
    if (this.isJson || now - this.#lastProgress < (isTTY ? REDRAW_MS : PLAIN_PROGRESS_MS)) return;
    this.#lastProgress = now;
    if (!isTTY) return void this.#stdout.write(`${lines()[0]}\n`);
    this.clear();
    const shown = lines().map((line) => line.slice(0, columns - 1));
    this.#stdout.write(shown.map((line) => `${line}\n`).join(""));
    this.#liveLines = shown.length;
  }

  /** Takes the live display away. */
  clear(): void {
    if (this.#liveLines > 0) this.#stdout.write(`\x1b[${this.#liveLines}A\x1b[0J`);
    this.#liveLines = 0;
  }
}

/** Columns as wide as their widest cell; numbers, which begin with a digit or sign, to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumeric = widths.map((_, column) => rows.slice(1).every((row) => /^[-−+]?[\d.]|^$|^—$/.test(row[column]!)));
  const pad = (cell: string, column: number) =>
    isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return rows.map((row) => row.map(pad).join("  ").trimEnd());
}
