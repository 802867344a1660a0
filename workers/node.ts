/** A piscina task: one thread of an engine, for the engine's whole life. */
export { runThread as default } from "../src/engine/thread-loop.ts";
