/** The document that figures are drawn in; the same one everywhere, so that the same data gives the same SVG. */
import { parseHTML } from "linkedom/worker";

export const svgDocument: Document = parseHTML("<html></html>").document;
