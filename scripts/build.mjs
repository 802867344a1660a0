/**
 * Builds the package: generated micro-kernels → wasm (strict and relaxed) → base64 module → JavaScript and declarations.
 *
 *   node scripts/build.mjs [--wasm-only]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (...path) => join(root, "node_modules", ...path);
const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });

mkdirSync(join(root, "dist"), { recursive: true });
run(join(root, "scripts", "generate-kernels.mjs"));
for (const variant of ["strict", "relaxed"]) run(bin("assemblyscript", "bin", "asc.js"), "--target", variant);
embedWasm();
if (!process.argv.includes("--wasm-only")) run(bin("typescript", "bin", "tsc"), "-p", "tsconfig.json");

/** The wasm travels inside the JavaScript, so that no bundler or server has to find a file. */
function embedWasm() {
  const base64 = (variant) => readFileSync(join(root, "dist", `kernels.${variant}.wasm`)).toString("base64");
  writeFileSync(
    join(root, "src", "kernels", "wasm.generated.ts"),
    `/** Base64 of the compiled kernels, written by scripts/build.mjs. */
export const wasmBase64 = {
  strict: "${base64("strict")}",
  relaxed: "${base64("relaxed")}",
};
`,
  );
}
