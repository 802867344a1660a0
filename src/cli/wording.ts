/** How the command line words what the library says. */
import { optionName } from "./flags.ts";

/** Options of a command, by key, in the places of the library's arguments; null where none gives the argument. */
export type Wording = Readonly<Record<string, string | null>>;

/** A wording for every argument of `T`. */
export type WordingOf<T> = { readonly [Argument in keyof T]-?: string | null };

/** A message of the library, whose arguments stand in back-ticks, with the options in their places; what it quotes stays. */
export function inOptions(message: string, wording: Wording): string {
  return message.replaceAll(/"(?:[^"\\]|\\.)*"|`(\w+)`/g, (text, argument?: string) => {
    const option = argument !== undefined && Object.hasOwn(wording, argument) ? wording[argument] : undefined;
    return option ? optionName(option) : text;
  });
}
