/**
 * Writes the unrolled micro-kernels, which AssemblyScript has no macros for, as `assembly/**\/*.generated.ts`.
 * Everything else in `assembly/` is written by hand.
 *
 * Every step of a loop ends in a cheap exit, which also takes care of any remainder: without it V8 before Node 24 issues all
 * loads of the unrolled body first and spills, which halves the speed (docs/kernels.md §0).
 */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const assembly = join(dirname(fileURLToPath(import.meta.url)), "..", "assembly");

const UNROLL = 8;
/** Bytes of one feature's 32 tokens and of one vector of 4. */
const ROW = 128;
const VECTOR = 16;

const range = (count) => Array.from({ length: count }, (_, i) => i);
/** f(row, column) for every element of a block, as lines. */
const grid = (rows, columns, f) => range(rows).flatMap((r) => range(columns).map((c) => f(r, c)));

write("dense/gemm-micro", [gemm(4, 2), gemm(1, 8)]);
// In attention a tile of 32 tokens is the weight, by its columns (Aᵀ·B) or by its rows (A·B).
write("attention/products", [
  gemm(4, 2, { name: "gemmTn", rowBytes: 4, stepBytes: ROW, isAdded: false }),
  gemm(4, 2, { name: "gemmNn", rowBytes: ROW, stepBytes: 4 }),
  gemm(1, 2, { name: "gemmNn", rowBytes: ROW, stepBytes: 4 }),
]);
write("dense/gemm-dw-micro", [gemmDw(2, 4), gemmDw(2, 1), gemmDw(1, 4), gemmDw(1, 1)]);

/**
 * `rows` × 4·`vectors` outputs of a product whose columns are tokens. Its weight (r, k) stands at r·rowBytes + k·stepBytes:
 * by default in a panel of 4 rows.
 */
function gemm(rows, vectors, { name = "gemm", rowBytes = 4, stepBytes = VECTOR, isAdded = true } = {}) {
  const start = (r, v) => (isAdded ? `v128.load(y, ${r * ROW + v * VECTOR})` : "f32x4.splat(0)");
  return `/** y[r][t] ${isAdded ? "+" : ""}= Σ_k w[r][k]·x[k][t], in ascending k, for ${rows} × ${4 * vectors} outputs; count ≥ 1 values of k. */
export function ${name}${rows}x${4 * vectors}(count: i32, w: usize, x: usize, y: usize): void {
${grid(rows, vectors, (r, v) => `  let y${r}${v} = ${start(r, v)};`).join("\n")}
  while (true) {
${unrolled("count", (k) => [
  ...range(rows).map((r) => `const w${r} = v128.load32_splat(w, ${r * rowBytes + k * stepBytes});`),
  ...range(vectors).flatMap((v) => [
    `const x${v} = v128.load(x, ${k * ROW + v * VECTOR});`,
    ...range(rows).map((r) => `y${r}${v} = fma(w${r}, x${v}, y${r}${v});`),
  ]),
])}
    w += ${UNROLL * stepBytes};
    x += ${UNROLL * ROW};
  }
${grid(rows, vectors, (r, v) => `  v128.store(y, y${r}${v}, ${r * ROW + v * VECTOR});`).join("\n")}
}
`;
}

/** `rows` × `columns` weight gradients at once, each a vector of partial sums over the tokens until the end. */
function gemmDw(rows, columns) {
  const sums = (r) =>
    range(columns)
      .map((c) => `s${r}${c}`)
      .join(", ");
  const add = (r) =>
    columns === 4
      ? `  v128.store(dw + ${r} * dwStride, f32x4.add(v128.load(dw + ${r} * dwStride), sumLanesOf4(${sums(r)})));`
      : `  store<f32>(dw + ${r} * dwStride, load<f32>(dw + ${r} * dwStride) + sumLanes(${sums(r)}));`;
  return `/** dw[r][c] += Σ_t dy[r][t]·x[c][t] for ${rows} × ${columns} weights over count vectors of 4 tokens, whole tiles; strides in bytes. */
export function gemmDw${rows}x${columns}(count: i32, dy: usize, dyStride: usize, x: usize, xStride: usize, dw: usize, dwStride: usize): void {
${grid(rows, columns, (r, c) => `  let s${r}${c} = f32x4.splat(0);`).join("\n")}
  while (true) {
${unrolled("count", (t) => [
  ...range(rows).map((r) => `const dy${r} = v128.load(dy, ${r * ROW + t * VECTOR});`),
  ...range(columns).flatMap((c) => [
    `const x${c} = v128.load(x, ${c * ROW + t * VECTOR});`,
    ...range(rows).map((r) => `s${r}${c} = fma(dy${r}, x${c}, s${r}${c});`),
  ]),
])}
    dy += dyStride;
    x += xStride;
  }
${range(rows).map(add).join("\n")}
}
`;
}

/** UNROLL steps, each a block of its own with an exit after it. */
function unrolled(counter, step) {
  return range(UNROLL)
    .map((u) => {
      const isLast = u === UNROLL - 1;
      const exit = isLast
        ? `    ${counter} -= ${UNROLL};\n    if (${counter} == 0) break;`
        : `    if (${counter} == ${u + 1}) break;`;
      return `    {\n${step(u)
        .map((line) => `      ${line}`)
        .join("\n")}\n    }\n${exit}`;
    })
    .join("\n");
}

function write(name, functions) {
  const used = (helper) => functions.some((f) => f.includes(`${helper}(`));
  const reductions = ["sumLanes", "sumLanesOf4"].filter(used).join(", ");
  const imports = [
    `import { fma } from "../simd/fma";`,
    ...(reductions ? [`import { ${reductions} } from "../simd/reduce";`] : []),
  ];
  const header = "// Written by scripts/generate-kernels.mjs.";
  writeFileSync(join(assembly, `${name}.generated.ts`), [header, ...imports, "", ...functions].join("\n"));
}
