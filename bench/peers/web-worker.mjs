/** The part of the browser's Worker that jax-js needs and Node has not: module workers from a blob's URL. */
import { resolveObjectURL } from "node:buffer";
import { Worker as NodeWorker } from "node:worker_threads";

const PRELUDE = `
  const { parentPort } = require("node:worker_threads");
  globalThis.self = globalThis;
  globalThis.postMessage = (data) => parentPort.postMessage(data);
  parentPort.on("message", (data) => self.onmessage({ data }));
`;

/** Gives this process a global `Worker`, and makes it appear to have `threads` cores. */
export function provideWebWorkers(threads) {
  Object.defineProperty(navigator, "hardwareConcurrency", { value: threads, configurable: true });
  globalThis.Worker = class {
    #worker;

    constructor(url) {
      this.#worker = resolveObjectURL(url)
        .text()
        .then((source) => {
          const worker = new NodeWorker(PRELUDE + source, { eval: true });
          worker.on("message", (data) => this.onmessage({ data }));
          worker.on("error", (error) => this.onerror(error));
          return worker;
        });
    }

    postMessage(data) {
      this.#worker.then((worker) => worker.postMessage(data));
    }
  };
}
