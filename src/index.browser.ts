/** sparselaw in a browser: the same training, fitting and report; data, store and threads are the page's. */
export { createBrowserEngine } from "./engine/browser.ts";
export * from "./index.shared.ts";
