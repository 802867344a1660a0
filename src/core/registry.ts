/** Parts of one kind, found by their names: what a user registers goes the same way as what is built in. */
import { ConfigError } from "./errors.ts";
import { nearest } from "./nearest.ts";

export interface Named {
  readonly name: string;
}

export class Registry<P extends Named> {
  readonly kind: string;
  readonly #entries = new Map<string, { readonly part: P; readonly origin: string }>();
  #version = 0;

  /** @param kind what one of them is called in messages, e.g. "optimizer" */
  constructor(kind: string, builtIn: readonly P[]) {
    this.kind = kind;
    for (const part of builtIn) this.register(part, "sparselaw");
  }

  get all(): readonly P[] {
    return [...this.#entries.values()].map(({ part }) => part);
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Another number after every change. */
  get version(): number {
    return this.#version;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * @param where what to name in messages, e.g. the key that holds the name
   * @throws {ConfigError} naming the parts that there are
   */
  get(name: string, where: string = this.kind): P {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry.part;
    const meant = nearest(name, this.names);
    const remedy = meant === undefined ? "Register it first, or choose another." : `Did you mean ${meant}?`;
    throw new ConfigError(`${where} must be one of ${this.names.join(", ")}; got ${name}. ${remedy}`);
  }

  /**
   * Adds a part. The same one again changes nothing; another of its name takes its place only where both are of one origin, e.g. of
   * a file that was edited.
   *
   * @param origin who defines it, in messages
   * @throws {ConfigError} where a part of another origin has its name
   */
  register(part: P, origin = "this program"): void {
    const known = this.#entries.get(part.name);
    if (known?.part === part) return;
    if (known !== undefined && known.origin !== origin)
      throw new ConfigError(
        `${origin}: name of a ${this.kind} must be one that no other has; got ${part.name}, which ${known.origin} defines. ` +
          "Choose another name.",
      );
    this.#entries.set(part.name, { part, origin });
    this.#version++;
  }
}

/** Says of a definition which list it belongs to, across copies of this package. */
const LIST = Symbol.for("sparselaw.list");

/** The part, marked as one of `list`. */
export function partOf<P extends Named>(list: string, part: P): P {
  return { ...part, [LIST]: list };
}

/** The list that a value was defined for; undefined for anything else. */
export function listOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as { [LIST]?: string })[LIST];
}
