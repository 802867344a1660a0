/** The command line of sparselaw: its commands in one program. */
import { Command } from "commander";
import { VERSION } from "../core/version.ts";
import type { Finish } from "./command.ts";
import { commands } from "./commands/index.ts";

export function createProgram(finish: Finish): Command {
  const program = new Command("sparselaw")
    .description("Trains sparse transformers on any CPU and fits the law that says how sparse they should be.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")}\n`) });
  // Each with the program's way of ending and of printing errors.
  for (const command of commands) program.addCommand(command(finish).copyInheritedSettings(program));
  return program;
}
