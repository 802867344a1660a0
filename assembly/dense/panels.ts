/**
 * How the dense products keep a weight: in blocks of K_BLOCK columns; in a block, panels of 4 rows; in a panel, the 4 weights of each
 * column side by side. So a product reads all panels of a block as one stream. src/kernels/registry.ts has the same constant (the
 * contract tests hold the two together).
 */

/**
 * Columns of one block. A tile's slab of x, 128·128 bytes = 16 KB, and the panel that is multiplied with it, 2 KB, lie in any L1
 * together: at 256, one strip of x alone, whose rows of 128 bytes fall into every other cache line, takes half of the sets of an
 * L1 of 32 KB in all their 8 ways.
 */
export const K_BLOCK: i32 = 128;
/** Bytes of one column in a panel: 4 weights. */
export const PANEL_STEP: usize = 16;

/** Address of the panel of rows 4p … 4p+3 in the block that begins with column k and has `count` of them; rows: of the weight. */
// @ts-ignore: decorator
@inline
export function panelAt(packed: usize, rows: i32, k: i32, count: i32, panel: i32): usize {
  return packed + (<usize>k * <usize>((rows + 3) >> 2) + <usize>panel * <usize>count) * PANEL_STEP;
}
