/** A source: tokens that another program has numbered, each of 16 bits (little-endian), in one file for each split. */
import { createHash } from "node:crypto";
import { type DataFile, defineSource, type TokenSource, type TokenSplit, z } from "../../src/index.ts";

const schema = z.strictObject({
  kind: z.literal("token-file").describe("Chooses this section."),
  vocabSize: z.int().min(2).max(65536).describe("Tokens that the numbering has."),
  train: z.string().describe("File of the training split, relative to the YAML file."),
  valid: z.string().describe("File of the held-out split."),
});

interface Content {
  readonly train: Uint16Array;
  readonly valid: Uint16Array;
  readonly fingerprint: string;
}

function tokensOf({ bytes }: DataFile): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true));
}

function splitOf(tokens: Uint16Array): TokenSplit {
  return {
    numTokens: tokens.length,
    numWindows: (seqLen) => Math.floor(tokens.length / (seqLen + 1)),
    readWindow(index, seqLen, into, offset) {
      const begin = index * (seqLen + 1);
      into.set(tokens.subarray(begin, begin + seqLen + 1), offset);
    },
  };
}

export default defineSource<z.infer<typeof schema>, TokenSource, Content>({
  name: "token-file",
  schema,
  yields: "tokens",
  pathKeys: ["train", "valid"],
  async read({ train, valid }, files) {
    const [trainFile] = await files.read("train", [train]);
    const [validFile] = await files.read("valid", [valid]);
    const hash = createHash("sha256");
    for (const { bytes } of [trainFile!, validFile!]) hash.update(`${bytes.length}:`).update(bytes);
    return { train: tokensOf(trainFile!), valid: tokensOf(validFile!), fingerprint: hash.digest("hex") };
  },
  open: ({ train, valid, fingerprint }, { vocabSize }) => ({
    kind: "tokens",
    vocabSize,
    train: splitOf(train),
    valid: splitOf(valid),
    fingerprint,
  }),
});
