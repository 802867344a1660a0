/** Reads figures back: marks, and the values that pixels stand for, from the labels of the axes alone. */
import { DOMParser } from "linkedom";

export function parseSvg(svg: string): Document {
  return new DOMParser().parseFromString(svg, "text/xml") as unknown as Document;
}

/** Hover texts of all marks. */
export const titlesOf = (svg: string): string[] =>
  [...parseSvg(svg).querySelectorAll("title")].map((title) => title.textContent ?? "");

/** How many marks of a figure speak of this run. */
export const marksOf = (svg: string, id: string): number =>
  titlesOf(svg).filter((title) => new RegExp(`\\b${id}(\\)|\\n|$)`).test(title)).length;

export type Point = readonly [x: number, y: number];

/** Vertices of a path of straight lines. */
export const verticesOf = (path: Element): Point[] =>
  [...path.getAttribute("d")!.matchAll(/[ML]([-\d.e]+),([-\d.e]+)/g)].map((m) => [Number(m[1]), Number(m[2])]);

/** From pixels to values on logarithmic axes, by the outermost labelled ticks of each axis. */
export function logScalesOf(panel: Element): { x: (px: number) => number; y: (px: number) => number } {
  return { x: logScale(panel, "x", 0), y: logScale(panel, "y", 1) };
}

function logScale(panel: Element, axis: "x" | "y", coordinate: 0 | 1): (px: number) => number {
  const labels = [...panel.querySelectorAll(`[aria-label="${axis}-axis tick label"] text`)]
    .filter((text) => text.textContent !== "")
    .map((text) => {
      const at = text.getAttribute("transform")!.match(/translate\(([-\d.]+),([-\d.]+)\)/)!;
      return { px: Number(at[1 + coordinate]), log: Math.log(valueOfLabel(text.textContent!)) };
    });
  const [a, b] = [labels[0]!, labels.at(-1)!];
  return (px) => Math.exp(a.log + ((px - a.px) / (b.px - a.px)) * (b.log - a.log));
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function valueOfLabel(label: string): number {
  const power = label.match(/^10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/);
  if (power) return 10 ** Number([...power[1]!].map((c) => SUPERSCRIPTS.indexOf(c)).join(""));
  const count = label.match(/^([\d.]+)([kMBT]?)$/)!;
  return Number(count[1]) * 1000 ** " kMBT".indexOf(count[2] || " ");
}
