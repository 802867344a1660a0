/** FLOPs of training for each weight that a token meets: a multiply-add forward, two backward. C = 6·N·D. */
export const FLOPS_PER_WEIGHT = 6;
