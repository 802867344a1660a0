/** What ranks weights. */
export interface Score {
  readonly name: string;
}
