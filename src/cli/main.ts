#!/usr/bin/env node
/** The `sparselaw` command. */
import { CommanderError } from "commander";
import { SparselawError } from "../core/errors.ts";
import { createProgram } from "./program.ts";

/** What the user can mend. */
const USAGE = 2;

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  report(error);
  return error instanceof SparselawError && error.isUsersToMend ? USAGE : 1;
}

function report(error: unknown): void {
  const hasStack = process.env.SPARSELAW_DEBUG === "1" && error instanceof Error;
  process.stderr.write(`${hasStack ? error.stack : error instanceof Error ? error.message : error}\n`);
}

// A reader such as `head` that has seen enough is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await createProgram((exitCode) => {
    process.exitCode = exitCode;
  }).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
