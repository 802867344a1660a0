/** What a law can be made of again, on another thread or from a file: plain data. */
import type { SumOfPowers } from "./power-law.ts";

export type LawSource =
  | { readonly kind: "built-in"; readonly name: string; readonly levels?: number[] | undefined }
  | { readonly kind: "expression"; readonly formula: string; readonly name?: string | undefined }
  | ({ readonly kind: "terms" } & Omit<SumOfPowers, "isCompared">);

/** Of the laws themselves, not of copies, which may have got another `evaluate`. */
const sources = new WeakMap<object, LawSource>();

/** Notes what a law can be made of again. */
export function withSource<L extends object>(law: L, source: LawSource): L {
  sources.set(law, source);
  return law;
}

export function notedSource(law: object): LawSource | undefined {
  return sources.get(law);
}
