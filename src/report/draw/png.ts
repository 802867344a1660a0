/** Figures as PNG without a browser: the same pixels on every machine, since renderer and font come with the package. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** Pixels of the picture for each of the figure, unless said: print quality at the width of a page. */
const SCALE = 2;
const FONT_FAMILY = "DejaVu Sans";
const FONT_FILES = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

const require = createRequire(import.meta.url);
const bytesOf = async (specifier: string) => new Uint8Array(await readFile(require.resolve(specifier)));

async function loadRenderer(): Promise<Uint8Array[]> {
  await initWasm(await bytesOf("@resvg/resvg-wasm/index_bg.wasm"));
  return Promise.all(FONT_FILES.map((file) => bytesOf(`dejavu-fonts-ttf/ttf/${file}`)));
}

/** Its wasm can be instantiated once in a process. */
let fonts: Promise<Uint8Array[]> | undefined;

/**
 * A figure as PNG, light on white whatever the screen.
 *
 * @param svg a figure of this package
 * @param scale pixels of the picture for each of the figure
 */
export async function renderPng(svg: string, scale = SCALE): Promise<Uint8Array> {
  fonts ??= loadRenderer();
  const resvg = new Resvg(withoutStyle(svg), {
    fitTo: { mode: "zoom", value: scale },
    font: { fontBuffers: await fonts, defaultFontFamily: FONT_FAMILY, sansSerifFamily: FONT_FAMILY },
  });
  try {
    return resvg.render().asPng();
  } finally {
    resvg.free();
  }
}

/** The style sheet is for dark screens; the light colours stand in the attributes. */
const withoutStyle = (svg: string): string => svg.replace(/<style>[^<]*<\/style>/, "");
