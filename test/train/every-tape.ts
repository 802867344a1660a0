/**
 * In the place of engine/engine.ts, for tests of what threads compute: they are given every tape, however short.
 *
 *     vi.mock("../../src/engine/engine.ts", () => import("./every-tape.ts"));
 */
import { vi } from "vitest";

type EngineModule = typeof import("../../src/engine/engine.ts");
const actual = await vi.importActual<EngineModule>("../../src/engine/engine.ts");

export const createEngine: EngineModule["createEngine"] = (options) =>
  actual.createEngine({ ...options, aloneWork: 0 });
