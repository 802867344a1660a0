/** What ranks weights. */
export interface Score {
  readonly name: string;
  /** Ranks by the gradients of all weights, pruned ones included. */
  readonly needsGradient: boolean;
}
