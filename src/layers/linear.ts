/** Linear layers, dense or CSR: y = x·Wᵀ + b for every token, forward and backward. */
import { GEMM_DW_SCRATCH, gemmDwExtent, sddmmExtent } from "../kernels/registry.ts";
import type { Declare, Parameter, ParameterRole } from "../memory/parameter.ts";
import type { Activations, Tensor } from "../memory/tensor.ts";
import { scratch, type Tape } from "../tape/tape.ts";

export interface Linear {
  /** (outFeatures, inFeatures) */
  readonly weight: Parameter;
  /** (outFeatures) */
  readonly bias: Parameter | null;
}

export interface LinearOptions {
  readonly bias: boolean;
  readonly role: ParameterRole;
  readonly tokensPerExample: number;
  /** Standard deviation of the initial weights, in units of 1/√inFeatures. */
  readonly gain?: number;
}

export function declareLinear(
  declare: Declare,
  name: string,
  inFeatures: number,
  outFeatures: number,
  options: LinearOptions,
): Linear {
  const weight = declare({
    name: `${name}.weight`,
    rows: outFeatures,
    cols: inFeatures,
    role: options.role,
    isLinear: true,
    tokensPerExample: options.tokensPerExample,
    hasWeightDecay: true,
    initialDeviation: (options.gain ?? 1) / Math.sqrt(inFeatures),
    initialMean: 0,
  });
  return { weight, bias: options.bias ? declareVector(declare, `${name}.bias`, outFeatures, 0) : null };
}

/** A vector of `length` parameters that is neither pruned nor decayed, all `initialMean` at first. */
export function declareVector(declare: Declare, name: string, length: number, initialMean: number): Parameter {
  return declare({
    name,
    rows: length,
    cols: 1,
    role: "plain",
    isLinear: false,
    hasWeightDecay: false,
    initialDeviation: 0,
    initialMean,
  });
}

/**
 * y = W·x + b + addend.
 *
 * Shapes    x tiles (nt, inFeatures) · addend, y tiles (nt, outFeatures); y may not be x
 */
export function linear(
  tape: Tape,
  { weight, bias }: Linear,
  x: Activations,
  addend: Activations | null = null,
): Activations {
  const y = tape.activations(`${weight.name} output`, x.numTiles, weight.spec.rows);
  product(tape, weight, x, bias?.value ?? null, addend?.tensor ?? null, y);
  return y;
}

/**
 * dX = Wᵀ·dY, added in place to `addend` where there is one; also the gradients of weight and bias.
 *
 * @returns dX tiles (nt, inFeatures), or `addend` with dX added
 */
export function linearBackward(
  tape: Tape,
  layer: Linear,
  x: Activations,
  dY: Activations,
  addend: Activations | null = null,
): Activations {
  linearGradients(tape, layer, x, dY);
  const dX = addend ?? tape.activations(`${layer.weight.name} input gradient`, x.numTiles, layer.weight.spec.cols);
  transposedProduct(tape, layer.weight, dY, addend?.tensor ?? null, dX);
  return dX;
}

/** dW = dY·xᵀ (at the non-zeros only where W is sparse) and db = Σ dY. For a first layer, whose input needs no gradient. */
export function linearGradients(tape: Tape, { weight, bias }: Linear, x: Activations, dY: Activations): void {
  weightGradient(tape, weight, x, dY, false);
  if (bias !== null)
    tape.call("f32_bias_gradient", bias.size, {
      dy: dY.tensor,
      db: bias.grad,
      features: bias.size,
      numTiles: dY.numTiles,
    });
}

/** dW = dY·xᵀ, or dW += dY·xᵀ where another use of the same weight has written its part. */
export function weightGradient(
  tape: Tape,
  weight: Parameter,
  x: Activations,
  dY: Activations,
  accumulate: boolean,
): void {
  const { rows, cols } = weight.spec;
  const common = { dy: dY.tensor, x: x.tensor, rows, cols, numTiles: x.numTiles };
  const dense = weight.format === "csr" ? tape.denseGradients.get(weight) : weight.grad;
  if (dense === undefined) {
    const { rowPtr, offsets } = weight.csr;
    tape.call("f32_sddmm_csr", sddmmExtent(rows, cols), { ...common, rowPtr, offsets, dValues: weight.grad });
    return;
  }
  tape.call("f32_gemm_dw", gemmDwExtent(rows, cols), {
    ...common,
    dw: dense,
    accumulate: accumulate ? 1 : 0,
    scratch: scratch(GEMM_DW_SCRATCH),
  });
}

function product(
  tape: Tape,
  weight: Parameter,
  x: Activations,
  bias: Tensor | null,
  addend: Tensor | null,
  y: Activations,
): void {
  const { rows, cols } = weight.spec;
  const operands = { x: x.tensor, bias, addend, y: y.tensor, rows, cols };
  if (weight.format === "csr") {
    const { rowPtr, offsets } = weight.csr;
    tape.call("f32_spmm_csr", x.numTiles, { ...operands, rowPtr, offsets, values: weight.value });
    return;
  }
  const packed = tape.transient(`${weight.name} packed`, Math.ceil(rows / 4) * 4 * cols);
  tape.call("f32_pack_rows", Math.ceil(rows / 4), { w: weight.value, rows, cols, packed });
  tape.call("f32_gemm", x.numTiles, { ...operands, packed });
}

function transposedProduct(
  tape: Tape,
  weight: Parameter,
  dY: Activations,
  addend: Tensor | null,
  dX: Activations,
): void {
  const { rows, cols } = weight.spec;
  const operands = { x: dY.tensor, bias: null, addend, y: dX.tensor, rows: cols, cols: rows };
  if (weight.format === "csr") {
    const { rowPtrT, offsetsT, permutation } = weight.csr;
    const values = tape.transient(`${weight.name} values by columns`, weight.capacity);
    tape.call("f32_gather", weight.nonzeros, { src: weight.value, permutation, dst: values });
    tape.call("f32_spmm_csr", dY.numTiles, { ...operands, rowPtr: rowPtrT, offsets: offsetsT, values });
    return;
  }
  const packed = tape.transient(`${weight.name} packed by columns`, Math.ceil(cols / 4) * 4 * rows);
  tape.call("f32_pack_columns", Math.ceil(cols / 4), { w: weight.value, rows, cols, packed });
  tape.call("f32_gemm", dY.numTiles, { ...operands, packed });
}

/** The product with a weight that another layer owns (tied output head): y = W·x. */
export function tiedLinear(tape: Tape, weight: Parameter, x: Activations): Activations {
  const y = tape.activations(`${weight.name} tied output`, x.numTiles, weight.spec.rows);
  product(tape, weight, x, null, null, y);
  return y;
}

/** dX = Wᵀ·dY of a tied weight; its gradient is accumulated by `weightGradient`. */
export function tiedLinearBackward(tape: Tape, weight: Parameter, dY: Activations): Activations {
  const dX = tape.activations(`${weight.name} tied input gradient`, dY.numTiles, weight.spec.cols);
  transposedProduct(tape, weight, dY, null, dX);
  return dX;
}
