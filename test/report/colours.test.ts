import { expect, it } from "vitest";
import { paper, sparsityScale } from "../../src/report/draw/colours.ts";

/** WCAG relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

const contrast = (a: string, b: string): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
};

const domains = [[0.5], [0, 0.5], [0, 0.5, 0.75, 0.875], [0, 0.1, 0.2, 0.3, 0.5, 0.75, 0.9]];

it.each(domains.map((d) => [d]))("contrast rises with sparsity, on paper and on dark screens: %j", (domain) => {
  const { styles } = sparsityScale(domain);
  expect(styles.map((style) => style.sparsity)).toEqual(domain);
  for (const scheme of ["light", "dark"] as const) {
    const contrasts = styles.map((style) => contrast(style.ink[scheme], paper[scheme]));
    expect(contrasts).toEqual([...contrasts].sort((a, b) => a - b));
    expect(contrasts[0], `${scheme} ${styles[0]!.ink[scheme]}`).toBeGreaterThan(2.4);
  }
});

it("every sparsity has a shape of its own, up to seven", () => {
  const { styles } = sparsityScale([0, 0.3, 0.5, 0.6, 0.75, 0.875, 0.9]);
  expect(new Set(styles.map((style) => style.symbol)).size).toBe(7);
});

it("the scale does not depend on order or repetition", () => {
  expect(sparsityScale([0.75, 0, 0.5, 0.75]).styles).toEqual(sparsityScale([0, 0.5, 0.75]).styles);
});
