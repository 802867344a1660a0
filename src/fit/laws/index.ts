/** The laws that come with the fitter, by name. */
import { ConfigError } from "../../core/errors.ts";
import type { Law } from "../law.ts";
import { chinchillaLaw } from "./chinchilla.ts";
import { sparseLaw } from "./sparse.ts";

const laws = { sparse: sparseLaw, chinchilla: chinchillaLaw } satisfies Record<string, Law>;

export type LawName = keyof typeof laws;

/** @throws {ConfigError} for a name that is none of them */
export function lawNamed(name: string): Law {
  if (Object.hasOwn(laws, name)) return laws[name as LawName];
  throw new ConfigError(`fit: law must be one of ${Object.keys(laws).join(", ")}; got ${JSON.stringify(name)}.`);
}

/** True for a law that can be sent to a worker by its name. */
export function isBuiltIn(law: Law): boolean {
  return Object.hasOwn(laws, law.name) && laws[law.name as LawName] === law;
}
