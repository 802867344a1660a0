/** Puts panels drawn by Plot together into one standalone SVG: title, subtitle, legend of sparsities, panels on a grid. */
import * as Plot from "@observablehq/plot";
import { accent, type Ink, ink, muted, paper, type SparsityScale, type SparsityStyle, shade } from "./colours.ts";
import { escapeMarkup } from "./markup.ts";
import { svgDocument } from "./svg-document.ts";

export interface Panel {
  readonly body: string;
  readonly width: number;
  readonly height: number;
}

/** What stands in a figure. */
export interface Drawing {
  /** A claim, or a plain description. */
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly Panel[];
  readonly columns: number;
}

export interface Figure extends Drawing {
  /** Prefix of the ids inside. */
  readonly name: string;
  readonly scale: SparsityScale;
}

export const FIGURE_WIDTH = 960;
const FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";
const MARGIN = 16;
const GAP = 20;
const TITLE_LINE = 24;
const SUBTITLE_LINE = 17;
/** Average advance of a 13 px sans-serif letter (measured on DejaVu Sans, the widest of the common ones). */
const LETTER_WIDTH = 7.3;

/** Width of one of `columns` panels on a figure. */
export const panelWidth = (columns: number): number =>
  Math.floor((FIGURE_WIDTH - 2 * MARGIN - (columns - 1) * GAP) / columns);

/** One set of axes; `options` are Plot's. */
export function panel(options: Plot.PlotOptions & { width: number; height: number }): Panel {
  const svg = Plot.plot({ ...options, document: svgDocument });
  svg.querySelector("style")?.remove();
  return { body: tidy(svg.innerHTML), width: options.width, height: options.height };
}

/** Panels one below the other, as one. */
export function stack(panels: readonly Panel[]): Panel {
  let top = 0;
  return compose(
    panels.map((panel) => {
      const y = top;
      top += panel.height;
      return { x: 0, y, panel };
    }),
  );
}

/** Panels at places of their own, as one that reaches as far as they do. */
export function compose(places: readonly { x: number; y: number; panel: Panel }[]): Panel {
  return {
    body: places.map(({ x, y, panel }) => group(x, y, panel.body)).join(""),
    width: Math.max(...places.map(({ x, panel }) => x + panel.width)),
    height: Math.max(...places.map(({ y, panel }) => y + panel.height)),
  };
}

/** The figure as SVG text: no request, no script; colours follow the screen's scheme and print light. */
export function renderFigure(figure: Figure): string {
  const subtitle = wrapText(figure.subtitle, (FIGURE_WIDTH - 2 * MARGIN) / LETTER_WIDTH);
  const legendTop = MARGIN + TITLE_LINE + subtitle.length * SUBTITLE_LINE + 2;
  const drawn = figure.scale.styles.filter(({ colour }) => figure.panels.some(({ body }) => body.includes(colour)));
  const legend = sparsityLegend(drawn);
  const gridTop = legendTop + legend.height + 8;
  const grid = layOut(figure.panels, figure.columns, gridTop);
  const title = `<text x="${MARGIN}" y="${MARGIN + 14}" font-size="17" font-weight="600">${escapeMarkup(figure.title)}</text>`;
  const lines = subtitle.map((line, i) => {
    const y = MARGIN + TITLE_LINE + 12 + i * SUBTITLE_LINE;
    return `<text x="${MARGIN}" y="${y}" font-size="13" fill="${muted.light}">${escapeMarkup(line)}</text>`;
  });
  const parts = [title, ...lines, group(MARGIN, legendTop, legend.body), grid.body];
  return numberClips(frame(figure, grid.bottom + MARGIN, parts.join("\n")), figure.name);
}

function frame({ name, title, scale }: Figure, height: number, body: string): string {
  const size = `width="${FIGURE_WIDTH}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="figure" id="${name}" ${size} viewBox="0 0 ${FIGURE_WIDTH} ${height}" role="img" aria-label="${escapeMarkup(title)}" font-family="${FONT}" font-size="11" fill="${ink.light}" color="${ink.light}">
<style>${schemeStyle([paper, ink, muted, shade, accent, ...scale.styles.map((style) => style.ink)])}</style>
<rect ${size} fill="${paper.light}"/>
${body}
</svg>
`;
}

/** Light colours stand in the SVG's attributes, which any renderer reads; this replaces each where the screen is dark. */
function schemeStyle(inks: readonly Ink[]): string {
  const rules = inks.flatMap(({ light, dark }) =>
    ["fill", "stroke", "color"].map(
      (property) => `.figure[${property}="${light}"],.figure [${property}="${light}"]{${property}:${dark}}`,
    ),
  );
  return `.figure text{white-space:pre}@media screen and (prefers-color-scheme:dark){${rules.join("")}}`;
}

function layOut(panels: readonly Panel[], columns: number, top: number): { body: string; bottom: number } {
  let body = "";
  let y = top;
  for (let row = 0; row < panels.length; row += columns) {
    const inRow = panels.slice(row, row + columns);
    body += inRow.map((p, i) => group(MARGIN + i * (panelWidth(columns) + GAP), y, p.body)).join("\n");
    y += Math.max(...inRow.map((p) => p.height));
  }
  return { body, bottom: y };
}

function sparsityLegend(styles: readonly SparsityStyle[]): Panel {
  if (styles.length === 0) return { body: "", width: 0, height: 0 };
  const step = Math.min(110, (FIGURE_WIDTH - 2 * MARGIN - 90) / styles.length);
  const entries = styles.map((style, i) => ({ ...style, x: 92 + i * step }));
  const at = { x: "x", y: () => 10 };
  return panel({
    width: FIGURE_WIDTH - 2 * MARGIN,
    height: 20,
    margin: 0,
    x: { type: "identity" },
    y: { type: "identity" },
    axis: null,
    marks: [
      Plot.text(["sparsity S"], { frameAnchor: "left", fontWeight: "600", fontSize: 12 }),
      ...entries.map((entry) => Plot.dot([entry], { ...at, symbol: entry.symbol, fill: entry.colour, r: 4.5 })),
      Plot.text(entries, { ...at, dx: 9, textAnchor: "start", text: "label", fontSize: 12 }),
    ],
  });
}

const group = (x: number, y: number, body: string): string =>
  `<g transform="translate(${x},${y})" text-anchor="middle">${body}</g>`;

/** Hundredths of a pixel are enough; the SVG is a third smaller and does not hang on the last bits. Only in attributes. */
const tidy = (body: string): string =>
  body.replace(/="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{3,}(?:e-\d+)?/g, (number) => `${Number(Number(number).toFixed(2))}`),
  );

/** Plot counts clip paths for the whole process; here they are counted within the figure. */
function numberClips(svg: string, name: string): string {
  const ids = [...new Set(svg.match(/plot-clip-\d+/g))];
  return svg.replace(/plot-clip-\d+/g, (id) => `${name}-clip-${ids.indexOf(id) + 1}`);
}

function wrapText(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < most) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
