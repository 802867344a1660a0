import { ROW } from "../simd/tile";

// The compressed format's constants, as src/kernels/registry.ts has them (the contract tests hold the two together).

/** Bytes of one feature's 32 tokens: the unit of offsets. */
export const FEATURE_BYTES: usize = ROW;
/** Columns of W in one block. */
export const CSR_BLOCK: i32 = 256;
/** Zeros after the last offset, which the products read ahead and do not use. */
export const CSR_PADDING: i32 = 8;

/** Byte offset of a token tile of `features` features. */
// @ts-ignore: decorator
@inline
export function tileOffset(tile: i32, features: i32): usize {
  return <usize>tile * <usize>features * FEATURE_BYTES;
}

/** Byte offset of element `i` of an i32 or f32 array. */
// @ts-ignore: decorator
@inline
export function wordOffset(i: i32): usize {
  return (<usize>i) << 2;
}

/** Byte offset, in a row pointer array, of column block `block`'s pointer of row `row`. */
// @ts-ignore: decorator
@inline
export function rowOffset(block: i32, row: i32, rows: i32): usize {
  return wordOffset(block * (rows + 1) + row);
}

/** Byte offset, in an i32 or f32 array, of entry p's column within its block. */
// @ts-ignore: decorator
@inline
export function columnOffset(offsets: usize, p: i32): usize {
  return wordOffset(load<i32>(offsets + wordOffset(p)) / <i32>FEATURE_BYTES);
}
