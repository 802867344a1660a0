export { type BatchItem, NO_LABEL } from "./batch.ts";
export { parseCifar } from "./cifar.ts";
export { parseIdx } from "./idx.ts";
export type { SourceSchemas } from "./index.ts";
export { imageSource, type LabelledImages } from "./labelled-images.ts";
export {
  type DataFile,
  type DataSource,
  defineSource,
  type ExampleSources,
  type FileReader,
  type ImageSource,
  type ImageSplit,
  type Source,
  type TokenSource,
  type TokenSplit,
} from "./source.ts";
export { syntheticImages } from "./synthetic-images.ts";
export { syntheticText } from "./synthetic-text.ts";
export { textSource } from "./text.ts";
export { byteTokenizer, type Tokenizer } from "./tokenizer.ts";
