/** Arithmetic over the columns of a table: + − * / ^, parentheses, numbers, names; no code is ever evaluated. */
import { ConfigError } from "../core/errors.ts";

export interface Expression {
  /** The columns it reads. */
  readonly columns: readonly string[];
  evaluate(cell: (column: string) => number): number;
}

type Node = (cell: (column: string) => number) => number;

interface Token {
  readonly text: string;
  /** 1-based. */
  readonly character: number;
  readonly kind: "number" | "column" | "symbol" | "end";
}

const tokenPattern = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|`([^`]+)`|([A-Za-z_]\w*)|(.))/suy;

/**
 * Compiles an expression such as "169869312*scale*(1-sparsity)".
 *
 * A column whose name is no plain word stands in back-ticks: "`val-loss`*2". ^ binds to the right and before a sign:
 * −2^2 is −4. There are no functions.
 *
 * @throws {ConfigError} with the character that is to blame
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const node = parser.sum();
  parser.expectEnd();
  return { columns: [...parser.columns], evaluate: node };
}

class Parser {
  readonly columns = new Set<string>();
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  sum(): Node {
    return this.#leftToRight(() => this.#product(), { "+": (a, b) => a + b, "-": (a, b) => a - b });
  }

  expectEnd(): void {
    if (this.#peek().kind !== "end") this.#fail("an operator or the end");
  }

  #product(): Node {
    return this.#leftToRight(() => this.#signed(), { "*": (a, b) => a * b, "/": (a, b) => a / b });
  }

  #leftToRight(operand: () => Node, operators: Record<string, (a: number, b: number) => number>): Node {
    let left = operand();
    for (;;) {
      const apply = this.#peek().kind === "symbol" ? operators[this.#peek().text] : undefined;
      if (apply === undefined) return left;
      this.#next++;
      const [a, b] = [left, operand()];
      left = (cell) => apply(a(cell), b(cell));
    }
  }

  #signed(): Node {
    if (this.#take("+")) return this.#signed();
    if (!this.#take("-")) return this.#power();
    const operand = this.#signed();
    return (cell) => -operand(cell);
  }

  #power(): Node {
    const base = this.#atom();
    if (!this.#take("^")) return base;
    const power = this.#signed();
    return (cell) => base(cell) ** power(cell);
  }

  #atom(): Node {
    const { kind, text } = this.#peek();
    if (kind === "number" || kind === "column") this.#next++;
    if (kind === "number") return () => Number(text);
    if (kind === "column") {
      this.columns.add(text);
      return (cell) => cell(text);
    }
    if (!this.#take("(")) this.#fail("a number, a column or (");
    const inside = this.sum();
    if (!this.#take(")")) this.#fail("an operator or )");
    return inside;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(symbol: string): boolean {
    const isNext = this.#peek().kind === "symbol" && this.#peek().text === symbol;
    if (isNext) this.#next++;
    return isNext;
  }

  #fail(condition: string): never {
    const { kind, text, character } = this.#peek();
    const got = kind === "end" ? "the end" : text;
    throw new ConfigError(
      `expression ${JSON.stringify(this.#text)}: character ${character} must be ${condition}; got ${got}. ` +
        "Allowed are + - * / ^ ( ), numbers, and columns, in back-ticks where their name is no plain word.",
    );
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  for (let match = tokenPattern.exec(text); match !== null; match = tokenPattern.exec(text)) {
    const [all, number, quoted, word, symbol] = match;
    const column = quoted ?? word;
    const kind = number !== undefined ? "number" : column !== undefined ? "column" : "symbol";
    const character = match.index + all.length - all.trimStart().length + 1;
    if (all.trim() !== "") tokens.push({ text: (number ?? column ?? symbol)!, kind, character });
  }
  return [...tokens, { text: "", kind: "end", character: text.length + 1 }];
}
