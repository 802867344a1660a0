/**
 * The report's one grammar of colours. Sparsity is an ordered quantity, so it gets one ramp of falling lightness (plasma: still
 * in order for colour-blind eyes and in grey print) and, as second channel, a shape. More sparse is always more contrast:
 * darker on white paper, lighter on a dark screen.
 */
import { formatPercent } from "../../core/format.ts";

/** Light-mode colours are written into the SVG; a style sheet replaces them one for one where the screen is dark. */
export interface Ink {
  readonly light: string;
  readonly dark: string;
}

export const paper: Ink = { light: "#ffffff", dark: "#15171c" };
export const ink: Ink = { light: "#1c1f24", dark: "#e4e6ea" };
export const muted: Ink = { light: "#62676f", dark: "#9aa0a9" };
/** What knows no sparsity, such as a parameter of the law: a hue that the ramp of sparsities has not. */
export const accent: Ink = { light: "#2f7d6d", dark: "#5fc4ae" };
export const shade: Ink = { light: "#eef0f3", dark: "#22252c" };

export type MarkSymbol = "circle" | "square" | "triangle" | "diamond" | "star" | "cross" | "wye";
const SYMBOLS: readonly MarkSymbol[] = ["circle", "square", "triangle", "diamond", "star", "cross", "wye"];

export interface SparsityStyle {
  readonly sparsity: number;
  readonly label: string;
  readonly ink: Ink;
  /** The colour to draw with, `ink.light`. */
  readonly colour: string;
  readonly symbol: MarkSymbol;
}

/** One style for each sparsity of a report, in rising order; the same in every figure. */
export interface SparsityScale {
  readonly styles: readonly SparsityStyle[];
  /** The style of a sparsity of the domain. */
  of(sparsity: number): SparsityStyle;
}

export function sparsityScale(sparsities: Iterable<number>): SparsityScale {
  const domain = [...new Set(sparsities)].sort((a, b) => a - b);
  const styles = domain.map((sparsity, rank) => styleOf(sparsity, rank, domain.length));
  const bySparsity = new Map(styles.map((style) => [style.sparsity, style]));
  return { styles, of: (sparsity) => bySparsity.get(sparsity)! };
}

function styleOf(sparsity: number, rank: number, count: number): SparsityStyle {
  const t = count === 1 ? 0.5 : rank / (count - 1);
  const colours = { light: plasma(0.68 - 0.68 * t), dark: plasma(0.38 + 0.5 * t) };
  const label = sparsity === 0 ? "0 (dense)" : formatPercent(sparsity);
  return { sparsity, label, ink: colours, colour: colours.light, symbol: SYMBOLS[rank % SYMBOLS.length]! };
}

/** Plasma at t = 0, 1/7 … 1. Source: matplotlib (van der Walt and Smith, CC0). */
const PLASMA = ["#0d0887", "#5302a3", "#8b0aa5", "#b83289", "#db5c68", "#f48849", "#febd2a", "#f0f921"];

function plasma(t: number): string {
  const position = Math.min(Math.max(t, 0), 1) * (PLASMA.length - 1);
  const left = Math.min(Math.floor(position), PLASMA.length - 2);
  const channel = (hex: string, k: number) => Number.parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mix = (k: number) => {
    const [a, b] = [channel(PLASMA[left]!, k), channel(PLASMA[left + 1]!, k)];
    return Math.round(a + (b - a) * (position - left));
  };
  return `#${[0, 1, 2].map((k) => mix(k).toString(16).padStart(2, "0")).join("")}`;
}
