/** Bytes of one feature's 32 tokens, and of a vector of 4. */
export const ROW: usize = 128;
export const VECTOR: usize = 16;
