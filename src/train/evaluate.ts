/** Loss and accuracy over held-out examples. */

export interface Evaluation {
  /** Nats per token or image. */
  readonly loss: number;
  /** Share of labels that the largest logit names. */
  readonly accuracy: number;
  /** Sequences or images evaluated. */
  readonly examples: number;
}

/** Examples evaluated where the held-out split is endless and the configuration sets no limit. */
const ENDLESS_EXAMPLES = 1024;

/** What is evaluated, a batch at a time. */
export interface Evaluated {
  /** Examples held out; may be Infinity. */
  readonly numValidation: number;
  readonly batchSize: number;
  /** Summed loss, hits and labels of the held-out examples [first, min(first + batchSize, end)). */
  evaluateBatch(first: number, end: number): Promise<readonly [loss: number, hits: number, labels: number]>;
}

/** Mean cross-entropy and accuracy over the first `evalExamples` examples of the held-out split (0: all of them). */
export async function evaluate(
  { numValidation, batchSize, evaluateBatch }: Evaluated,
  evalExamples: number,
): Promise<Evaluation> {
  const whole = Number.isFinite(numValidation) ? numValidation : ENDLESS_EXAMPLES;
  const examples = Math.min(evalExamples > 0 ? evalExamples : whole, numValidation);
  let [loss, hits, labels] = [0, 0, 0];
  for (let first = 0; first < examples; first += batchSize) {
    const [batchLoss, batchHits, batchLabels] = await evaluateBatch(first, examples);
    loss += batchLoss;
    hits += batchHits;
    labels += batchLabels;
  }
  return { loss: loss / labels, accuracy: hits / labels, examples };
}
