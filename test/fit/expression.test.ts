import { describe, expect, test } from "vitest";
import { parseExpression } from "../../src/fit/laws/expression.ts";

const cells: Record<string, number> = { scale: 0.25, sparsity: 0.5, "val-loss": 3, x_1: 7, "α β": 2 };
const value = (text: string) => parseExpression(text).evaluate((column) => cells[column]!);

describe("an expression", () => {
  test.each([
    ["169869312*scale*(1-sparsity)", 21_233_664],
    ["1 - 2 - 3", -4],
    ["12/3/2", 2],
    ["2+3*4", 14],
    ["2^3^2", 512],
    ["-2^2", -4],
    ["2^-1", 0.5],
    ["2*-3", -6],
    ["--3", 3],
    ["+4", 4],
    ["1e3 + 2.5E-1 + .5 + 4.", 1004.75],
    ["`val-loss`*2", 6],
    ["`α β` + x_1", 9],
    [" ( scale ) ", 0.25],
    ["scale/0", Number.POSITIVE_INFINITY],
  ])("%s is %d", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test("names the columns that it reads", () => {
    expect(parseExpression("a*`b c`+a^2").names).toEqual(["a", "b c"]);
  });

  test("reads the whole length of a long sum", () => {
    expect(value(Array(5000).fill("1").join("+"))).toBe(5000);
  });

  test.each([
    ["", /character 1 must be a number, a name or \(; got the end/],
    ["1 +", /character 4 must be a number, a name or \(; got the end/],
    ["(1", /character 3 must be an operator or \); got the end/],
    ["1)", /character 2 must be an operator or the end; got \)/],
    ["1 2", /character 3 must be an operator or the end; got 2/],
    ["val-loss)", /character 9 must be an operator or the end; got \)/],
    ["sin(2)", /character 4 must be an operator or the end; got \(/],
    ["max(2)", /character 6 must be a comma; got \)/],
    ["a = b", /character 3 must be an operator or the end; got =/],
    ["`open", /character 1 must be .*; got `/],
    ["process.exit()", /character 8 must be an operator or the end; got \./],
  ])("%s is refused with the character to blame", (text, message) => {
    expect(() => parseExpression(text)).toThrow(message);
  });
});
