import { ConfigError } from "../core/errors.ts";
import type { ExampleReader } from "../families/model.ts";

/**
 * Checks that the training split fills a batch and that the held-out split holds an example.
 *
 * @throws {ConfigError} naming what the split holds and what would fit
 */
export function assertDataSize({ unit, remedy, count, describe }: ExampleReader, batchSize: number): void {
  const [numTrain, numValid] = [count("train"), count("valid")];
  if (numTrain < batchSize)
    throw new ConfigError(
      `data: training split must hold at least training.batchSize = ${batchSize} ${unit}; got ${numTrain}` +
        `${describe?.("train") ?? ""}. Give more data, lower training.batchSize or ${remedy}.`,
    );
  if (numValid < 1)
    throw new ConfigError(
      `data: validation split must hold at least 1 of ${unit}; got ${numValid}${describe?.("valid") ?? ""}. ` +
        `Give more data, raise data.validFraction or ${remedy}.`,
    );
}
