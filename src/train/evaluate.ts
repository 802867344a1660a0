import type { BatchFiller } from "./batch-filler.ts";
import type { Session } from "./session.ts";

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

/** Mean cross-entropy and accuracy over the first `evalExamples` examples of the held-out split (0: all of them). */
export async function evaluate(session: Session, filler: BatchFiller): Promise<Evaluation> {
  const { evalExamples, batchSize } = session.program.config.training;
  const wanted =
    evalExamples > 0 ? evalExamples : Number.isFinite(filler.numValidation) ? filler.numValidation : ENDLESS_EXAMPLES;
  const examples = Math.min(wanted, filler.numValidation);
  let [loss, hits, labels] = [0, 0, 0];
  for (let first = 0; first < examples; first += batchSize) {
    filler.validationBatch(first, examples);
    await session.engine.run(session.program.areas.evaluateTape);
    const [batchLoss, batchHits, batchLabels] = session.totals();
    loss += batchLoss;
    hits += batchHits;
    labels += batchLabels;
  }
  return { loss: loss / labels, accuracy: hits / labels, examples };
}
