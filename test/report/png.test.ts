import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { renderPng } from "../../src/report/draw/png.ts";
import { figuresOfRuns as drawFigures, fitOf, plantedParams, plantedRuns } from "./fixture.ts";

const runs = plantedRuns({ sizes: [1e5], sparsities: [0, 0.75], data: [1e6, 2e6] });
const svg = drawFigures(runs, fitOf(plantedParams, runs.length)).get("prediction")!;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of the upper left pixel. */
  readonly corner: readonly number[];
}

function readPng(bytes: Uint8Array): Picture {
  const view = Buffer.from(bytes);
  expect(view.subarray(1, 4).toString()).toBe("PNG");
  const parts: Buffer[] = [];
  for (let at = 8; at < view.length; at += 12 + view.readUInt32BE(at))
    if (view.subarray(at + 4, at + 8).toString() === "IDAT")
      parts.push(view.subarray(at + 8, at + 8 + view.readUInt32BE(at)));
  // The first pixel is itself under every filter: all of its neighbours are zero.
  const corner = [...inflateSync(Buffer.concat(parts)).subarray(1, 5)];
  return { width: view.readUInt32BE(16), height: view.readUInt32BE(20), corner };
}

describe("a picture of a figure", () => {
  it("has twice the figure's pixels unless said, and is the same each time", async () => {
    const [first, second, small] = await Promise.all([renderPng(svg), renderPng(svg), renderPng(svg, 1)]);
    const [, width, height] = svg.match(/width="(\d+)" height="(\d+)"/)!.map(Number);
    expect(readPng(first!)).toMatchObject({ width: 2 * width!, height: 2 * height! });
    expect(readPng(small!)).toMatchObject({ width, height });
    expect(Buffer.compare(first!, second!)).toBe(0);
  });

  it("has its text, regular and bold: without it, other pixels", async () => {
    const whole = await renderPng(svg);
    for (const weight of [
      /<text[^>]*font-weight="600"[^>]*>[^<]*<\/text>/,
      /<text[^>]*font-size="13"[^>]*>[^<]*<\/text>/,
    ]) {
      expect(svg).toMatch(weight);
      expect(Buffer.compare(whole, await renderPng(svg.replace(weight, "")))).not.toBe(0);
    }
  });

  it("is light on white, whatever the style sheet says of dark screens", async () => {
    expect(readPng(await renderPng(svg)).corner).toEqual([255, 255, 255, 255]);
    const dark = svg.replace(/@media[^{]*\{(.*)\}<\/style>/, "$1</style>");
    expect(dark).not.toContain("@media");
    expect(Buffer.compare(await renderPng(dark), await renderPng(svg))).toBe(0);
  });
});
