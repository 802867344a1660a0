import { TILE } from "../registry.ts";

/** Where feature f of token t stands in tiles of `features` features. */
export const at = (t: number, f: number, features: number): number =>
  (Math.floor(t / TILE) * features + f) * TILE + (t % TILE);
