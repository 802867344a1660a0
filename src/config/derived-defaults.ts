/** Defaults that follow from other settings: filled in once a configuration has been read. */
import type { RecordedConfig, RecordedTraining } from "../core/record.ts";
import { methodOf } from "../methods/index.ts";
import { optimizerOf } from "../optimizers/index.ts";
import { rateOf } from "../rates/index.ts";

/** As the schema leaves them: without the settings whose default is another part's. */
export type IncompleteTraining = Omit<RecordedTraining, "learningRate" | "clipNorm"> &
  Partial<Pick<RecordedTraining, "learningRate" | "clipNorm">>;

/** The schedule and the clipping that go with the optimizer, where none are given. */
export function completeTraining<T extends IncompleteTraining>(
  training: T,
): T & Pick<RecordedTraining, "learningRate" | "clipNorm"> {
  const { defaults } = optimizerOf(training.optimizer);
  const { learningRate = rateOf(defaults.learningRate).schema.parse(defaults.learningRate), clipNorm } = training;
  return {
    ...training,
    learningRate: learningRate as RecordedTraining["learningRate"],
    clipNorm: clipNorm === undefined ? defaults.clipNorm : clipNorm,
  };
}

/** What of a method's settings follows from the number of steps. */
export function completeSparsity(
  sparsity: RecordedConfig["sparsity"],
  steps: number,
): RecordedConfig["sparsity"] & { readonly method: string } {
  const method = methodOf(sparsity);
  const config = { ...sparsity, method: method.name };
  return { ...config, ...method.complete?.(config, steps) };
}
