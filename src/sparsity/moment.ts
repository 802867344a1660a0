/** When a mask changes, and what its scores may draw on. */
export interface Moment {
  readonly seed: number;
  /** The training step before which the change falls. */
  readonly step: number;
  /** Address of the f32 gradient of the weight at hand, row-major and of its full size, outside the staging area. */
  readonly denseGradient: number | undefined;
}
