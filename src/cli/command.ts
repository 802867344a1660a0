/** What a command is: its words, its options, and what it does. */
import { Command } from "commander";
import { type Flags, type FlagValues, optionsOf, toggle } from "./flags.ts";
import { Output } from "./output.ts";
import { inOptions } from "./wording.ts";

/** Receives the exit code that a command returns. */
export type Finish = (exitCode: number) => void;

/** `<file>` is a string, `[file]` one or none, `<file...>` and `[file...]` a list. */
type WordOf<W extends string> = W extends `${string}...${string}`
  ? readonly string[]
  : W extends `[${string}`
    ? string | undefined
    : string;

/** What the words after a command's name become. */
type WordsOf<W extends string> = W extends `${infer First} ${infer Rest}`
  ? [WordOf<First>, ...WordsOf<Rest>]
  : W extends ""
    ? []
    : [WordOf<W>];

interface Definition<W extends string, F extends Flags> {
  readonly name: string;
  /** The words after its name, such as `<config.yaml>`. */
  readonly words: W;
  readonly help: string;
  readonly options: F;
  /** Which option gives each argument that the library's messages may name, by key. */
  readonly wording?: Readonly<Record<string, NoInfer<keyof F & string> | null>>;
  /**
   * What the command does. It imports the library when it is called, so that `--help` and other commands do not wait for it.
   *
   * @returns the exit code
   */
  run(words: WordsOf<W>, flags: FlagValues<F>, output: Output): Promise<number>;
}

/** A command as commander has it; every one takes --json. */
export type AsCommand = (finish: Finish) => Command;

const json = toggle("print JSON lines on stdout and nothing else there");

export function command<const W extends string, const F extends Flags>({
  name,
  words,
  help,
  options,
  wording = {},
  run,
}: Definition<W, F>): AsCommand {
  return (finish) => {
    const made = new Command(name).description(help);
    if (words !== "") made.arguments(words);
    for (const [key, flag] of Object.entries({ ...options, json }))
      for (const option of optionsOf(key, flag)) made.addOption(option);
    return made.action(async () => {
      const flags = made.opts<FlagValues<F> & { readonly json: boolean }>();
      const word = (message: string) => inOptions(message, wording);
      const output = new Output({ isJson: flags.json, word });
      try {
        finish(await run(made.processedArgs as WordsOf<W>, flags, output));
      } catch (error) {
        if (error instanceof Error) error.message = word(error.message);
        throw error;
      }
    });
  };
}
