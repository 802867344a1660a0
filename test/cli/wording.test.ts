/** The library's arguments become options in what the command line says. */
import { expect, test } from "vitest";
import { inOptions } from "../../src/cli/wording.ts";

const wording = { where: "where", columns: "columns", expressions: "expr", dropTop: "dropTop", by: "by", run: null };

test.each([
  ["`where`: condition must be one comparison.", "--where: condition must be one comparison."],
  [
    "Name another with `columns` loss=… or `expressions` loss=….",
    "Name another with --columns loss=… or --expr loss=….",
  ],
  ["`dropTop`: count must be whole; got 1.5.", "--drop-top: count must be whole; got 1.5."],
])("%s", (message, worded) => {
  expect(inOptions(message, wording)).toBe(worded);
});

test.each([
  "columns must include `val-loss`",
  'got "`by` < 3"',
  "`constructor`",
  "got `loss`",
  "`run` must be a function",
])("what is quoted, no argument or without an option stays: %s", (message) => {
  expect(inOptions(message, wording)).toBe(message);
});
