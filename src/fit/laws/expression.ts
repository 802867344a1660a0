/**
 * Arithmetic over names: + − * / ^, parentheses, numbers, and the functions exp, log, sqrt, min, max; no code is ever evaluated.
 * Names are the columns of a table, or the parameters and inputs of a law.
 */
import { ConfigError } from "../../core/errors.ts";
import { exp, log, pow } from "../../core/math.ts";

export interface Expression {
  /** The names it reads, in order of appearance. */
  readonly names: readonly string[];
  /** Those of them that stand in an exponent, of ^ or of exp. */
  readonly exponents: readonly string[];
  evaluate(value: (name: string) => number): number;
  /** The value; tells `add` a part of ∂/∂name for each appearance of a name. */
  differentiate(value: (name: string) => number, add: (name: string, derivative: number) => void): number;
}

/** A part of the expression: its value, and the way of a derivative back to the names. */
interface Node {
  evaluate(value: Values): number;
  /** Evaluates, and returns what passes ∂f/∂(this part) on to the names. */
  trace(value: Values): { result: number; pass(derivative: number, add: Sink): void };
}

type Values = (name: string) => number;
type Sink = (name: string, derivative: number) => void;

interface Token {
  readonly text: string;
  /** 1-based. */
  readonly character: number;
  readonly kind: "number" | "name" | "symbol" | "end";
}

/** f(a, b) with its two partial derivatives at (a, b) and f = value. */
interface Operator {
  readonly apply: (a: number, b: number) => number;
  readonly byFirst: (a: number, b: number, value: number) => number;
  readonly bySecond: (a: number, b: number, value: number) => number;
}

const operators: Readonly<Record<string, Operator>> = {
  "+": { apply: (a, b) => a + b, byFirst: () => 1, bySecond: () => 1 },
  "-": { apply: (a, b) => a - b, byFirst: () => 1, bySecond: () => -1 },
  "*": { apply: (a, b) => a * b, byFirst: (_, b) => b, bySecond: (a) => a },
  "/": { apply: (a, b) => a / b, byFirst: (_, b) => 1 / b, bySecond: (_, b, value) => -value / b },
  "^": {
    apply: power,
    byFirst: (a, b, value) => (b === 0 ? 0 : a === 0 ? b * power(a, b - 1) : (b * value) / a),
    bySecond: (a, _, value) => (value === 0 ? 0 : value * log(a)),
  },
  min: { apply: Math.min, byFirst: (a, b) => (a <= b ? 1 : 0), bySecond: (a, b) => (a <= b ? 0 : 1) },
  max: { apply: Math.max, byFirst: (a, b) => (a >= b ? 1 : 0), bySecond: (a, b) => (a >= b ? 0 : 1) },
};

const functions: Readonly<
  Record<string, { apply: (x: number) => number; slope: (x: number, value: number) => number }>
> = {
  exp: { apply: exp, slope: (_, value) => value },
  log: { apply: log, slope: (x) => 1 / x },
  sqrt: { apply: Math.sqrt, slope: (_, value) => 0.5 / value },
};

/** aᵇ, for whole b also where a is negative. */
function power(a: number, b: number): number {
  if (a >= 0) return pow(a, b);
  return Number.isInteger(b) ? (b % 2 === 0 ? 1 : -1) * pow(-a, b) : Number.NaN;
}

const number = (value: number): Node => ({
  evaluate: () => value,
  trace: () => ({ result: value, pass: () => {} }),
});

const named = (name: string): Node => ({
  evaluate: (value) => value(name),
  trace: (value) => ({ result: value(name), pass: (derivative, add) => add(name, derivative) }),
});

const unary = (apply: (x: number) => number, slope: (x: number, value: number) => number, operand: Node): Node => ({
  evaluate: (value) => apply(operand.evaluate(value)),
  trace: (value) => {
    const inner = operand.trace(value);
    const result = apply(inner.result);
    return { result, pass: (derivative, add) => inner.pass(derivative * slope(inner.result, result), add) };
  },
});

const binary = ({ apply, byFirst, bySecond }: Operator, first: Node, second: Node): Node => ({
  evaluate: (value) => apply(first.evaluate(value), second.evaluate(value)),
  trace: (value) => {
    const [a, b] = [first.trace(value), second.trace(value)];
    const result = apply(a.result, b.result);
    return {
      result,
      pass: (derivative, add) => {
        a.pass(derivative * byFirst(a.result, b.result, result), add);
        b.pass(derivative * bySecond(a.result, b.result, result), add);
      },
    };
  },
});

const tokenPattern = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|`([^`]+)`|([A-Za-z_]\w*)|(.))/suy;

/**
 * Compiles an expression such as "169869312*scale*(1-sparsity)".
 *
 * A name that is no plain word stands in back-ticks: "`val-loss`*2". ^ binds to the right and before a sign: −2^2 is −4.
 *
 * @throws {ConfigError} with the character that is to blame
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const node = parser.sum();
  parser.expectEnd();
  return compiled([...parser.names], node, [...parser.exponents]);
}

/** A name alone, whatever characters it has. */
export function nameExpression(name: string): Expression {
  return compiled([name], named(name));
}

function compiled(names: readonly string[], node: Node, exponents: readonly string[] = []): Expression {
  return {
    names,
    exponents,
    evaluate: (value) => node.evaluate(value),
    differentiate(value, add) {
      const { result, pass } = node.trace(value);
      pass(1, add);
      return result;
    },
  };
}

class Parser {
  readonly names = new Set<string>();
  readonly exponents = new Set<string>();
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;
  #exponentDepth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  sum(): Node {
    return this.#leftToRight(() => this.#product(), ["+", "-"]);
  }

  expectEnd(): void {
    if (this.#peek().kind !== "end") this.#fail("an operator or the end");
  }

  #product(): Node {
    return this.#leftToRight(() => this.#signed(), ["*", "/"]);
  }

  #leftToRight(operand: () => Node, symbols: readonly string[]): Node {
    let left = operand();
    for (;;) {
      const symbol = symbols.find((text) => this.#take(text));
      if (symbol === undefined) return left;
      left = binary(operators[symbol]!, left, operand());
    }
  }

  #signed(): Node {
    if (this.#take("+")) return this.#signed();
    if (!this.#take("-")) return this.#power();
    return unary(
      (x) => -x,
      () => -1,
      this.#signed(),
    );
  }

  #power(): Node {
    const base = this.#atom();
    return this.#take("^")
      ? binary(
          operators["^"]!,
          base,
          this.#inExponent(() => this.#signed()),
        )
      : base;
  }

  #atom(): Node {
    const { kind, text } = this.#peek();
    if (kind === "number" || kind === "name") this.#next++;
    if (kind === "number") return number(Number(text));
    if (kind === "name") return this.#peekSymbol("(") ? this.#call(text) : this.#name(text);
    return this.#parenthesised("a number, a name or (");
  }

  #name(text: string): Node {
    this.names.add(text);
    if (this.#exponentDepth > 0) this.exponents.add(text);
    return named(text);
  }

  #inExponent(parse: () => Node): Node {
    this.#exponentDepth++;
    const node = parse();
    this.#exponentDepth--;
    return node;
  }

  #call(name: string): Node {
    const known = Object.hasOwn(functions, name) || name === "min" || name === "max";
    if (!known) this.#fail("an operator or the end");
    this.#next++;
    const first = name === "exp" ? this.#inExponent(() => this.sum()) : this.sum();
    if (Object.hasOwn(functions, name)) {
      this.#expect(")", "an operator or )");
      return unary(functions[name]!.apply, functions[name]!.slope, first);
    }
    this.#expect(",", "a comma");
    const second = this.sum();
    this.#expect(")", "an operator or )");
    return binary(operators[name]!, first, second);
  }

  #parenthesised(wanted: string): Node {
    this.#expect("(", wanted);
    const inside = this.sum();
    this.#expect(")", "an operator or )");
    return inside;
  }

  #expect(symbol: string, wanted: string): void {
    if (!this.#take(symbol)) this.#fail(wanted);
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #peekSymbol(symbol: string): boolean {
    const { kind, text } = this.#peek();
    return kind === "symbol" && text === symbol;
  }

  #take(symbol: string): boolean {
    const isNext = this.#peekSymbol(symbol);
    if (isNext) this.#next++;
    return isNext;
  }

  #fail(condition: string): never {
    const { kind, text, character } = this.#peek();
    const got = kind === "end" ? "the end" : text;
    throw new ConfigError(
      `expression ${JSON.stringify(this.#text)}: character ${character} must be ${condition}; got ${got}. ` +
        "Allowed are + - * / ^ ( ), exp, log, sqrt, min, max, numbers, and names, in back-ticks where they are no plain word.",
    );
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  for (let match = tokenPattern.exec(text); match !== null; match = tokenPattern.exec(text)) {
    const [all, number, quoted, word, symbol] = match;
    const name = quoted ?? word;
    const kind = number !== undefined ? "number" : name !== undefined ? "name" : "symbol";
    const character = match.index + all.length - all.trimStart().length + 1;
    if (all.trim() !== "") tokens.push({ text: (number ?? name ?? symbol)!, kind, character });
  }
  return [...tokens, { text: "", kind: "end", character: text.length + 1 }];
}
