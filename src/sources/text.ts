/** Text as tokens, held in memory: a tokenizer over bytes. */
import { z } from "zod";
import { concatBytes } from "../core/bytes.ts";
import { canonicalJson } from "../core/canonical.ts";
import { ConfigError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import { paths, validFraction } from "./settings.ts";
import { defineSource, type TokenSource, type TokenSplit } from "./source.ts";
import { byteTokenizer, type Tokenizer, type Tokens } from "./tokenizer.ts";

export const textSchema = z.strictObject({
  kind: z.literal("text").describe("Chooses this section."),
  paths: paths.describe(
    "Files, directories (read recursively) or globs, relative to the YAML file; `.gz` is unpacked. Tokens are bytes.",
  ),
  validFraction: validFraction.describe("Share of the tokens, or documents, held out for validation."),
  split: z
    .enum(["document", "position"])
    .default("position")
    .describe(
      "`position` holds out the end of the whole text; `document` holds out whole files, or blocks between blank lines of a single file.",
    ),
});

export type TextConfig = z.infer<typeof textSchema>;

/** Both splits as tokens. */
interface TextContent {
  readonly vocabSize: number;
  readonly train: Tokens;
  readonly valid: Tokens;
  readonly fingerprint: string;
}

export const text = defineSource<TextConfig, TokenSource, TextContent>({
  name: "text",
  schema: textSchema,
  yields: "tokens",
  pathKeys: ["paths"],
  async read(data, files) {
    const texts = await files.read("paths", data.paths);
    return textContent(
      texts.map(({ bytes }) => bytes),
      data,
    );
  },
  open: openText,
});

/**
 * A token source over the given texts.
 *
 * Split by position, the end of the concatenation is held out. Split by document, whole documents are: the texts
 * themselves, or the blank-line separated blocks of a single one. Windows are counted in each split by itself, so none
 * reaches over the cut.
 *
 * @throws {ConfigError} where all documents are one and the same, so that none can be held out
 */
export function textSource(
  texts: readonly Uint8Array[],
  settings: Pick<TextConfig, "split" | "validFraction">,
  tokenizer: Tokenizer = byteTokenizer,
): TokenSource {
  return openText(textContent(texts, settings, tokenizer));
}

function textContent(
  texts: readonly Uint8Array[],
  { split, validFraction }: Pick<TextConfig, "split" | "validFraction">,
  tokenizer: Tokenizer = byteTokenizer,
): TextContent {
  const documents = split === "position" ? [concatBytes(texts)] : texts.length > 1 ? texts : blocksOf(texts[0]!);
  const [train, valid] =
    split === "position" ? cutTail(documents[0]!, validFraction) : holdOutDocuments(documents, validFraction);
  return {
    vocabSize: tokenizer.vocabSize,
    train: tokenizer.encode(train),
    valid: tokenizer.encode(valid),
    fingerprint: sha256Hex(
      canonicalJson({ kind: "text", train: sha256Hex(train), valid: sha256Hex(valid), ...tokenizer.identity }),
    ),
  };
}

function openText({ vocabSize, train, valid, fingerprint }: TextContent): TokenSource {
  return { kind: "tokens", vocabSize, train: splitInMemory(train), valid: splitInMemory(valid), fingerprint };
}

function splitInMemory(tokens: Tokens): TokenSplit {
  return {
    numTokens: tokens.length,
    numWindows: (seqLen) => Math.floor(tokens.length / (seqLen + 1)),
    readWindow(index, seqLen, into, offset) {
      const begin = index * (seqLen + 1);
      into.set(tokens.subarray(begin, begin + seqLen + 1), offset);
    },
  };
}

function cutTail(tokens: Uint8Array, validFraction: number): [train: Uint8Array, valid: Uint8Array] {
  const cut = tokens.length - Math.round(tokens.length * validFraction);
  return [tokens.subarray(0, cut), tokens.subarray(cut)];
}

/**
 * Documents in the order of their content's hash go to the held-out side while that brings it nearer to its share, at least
 * one. Equal documents go together: a copy of a training document would be a leak.
 */
function holdOutDocuments(documents: readonly Uint8Array[], validFraction: number): [Uint8Array, Uint8Array] {
  const hashes = documents.map((document) => sha256Hex(trimmed(document)));
  const bytesOf = new Map<string, number>();
  for (const [i, hash] of hashes.entries()) bytesOf.set(hash, (bytesOf.get(hash) ?? 0) + documents[i]!.length);
  if (bytesOf.size < 2)
    throw new ConfigError(
      `data: paths must hold at least 2 different documents for split: document; got ${bytesOf.size}. ` +
        "Separate documents by blank lines, give more files, or choose split: position.",
    );
  const totalBytes = documents.reduce((sum, document) => sum + document.length, 0);
  const heldOut = chooseGroups([...bytesOf].sort(), totalBytes * validFraction);
  const isHeldOut = (_: Uint8Array, i: number) => heldOut.has(hashes[i]!);
  return [
    concatBytes(documents.filter((document, i) => !isHeldOut(document, i))),
    concatBytes(documents.filter(isHeldOut)),
  ];
}

function chooseGroups(groups: readonly (readonly [hash: string, bytes: number])[], targetBytes: number): Set<string> {
  const chosen = new Set<string>();
  let chosenBytes = 0;
  for (const [hash, bytes] of groups)
    if (chosenBytes + bytes / 2 <= targetBytes) {
      chosen.add(hash);
      chosenBytes += bytes;
    }
  if (chosen.size > 0) return chosen;
  const [smallest] = groups.reduce((least, group) => (group[1] < least[1] ? group : least));
  return new Set([smallest]);
}

const NEWLINE = 0x0a;
const isBlank = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0d;
const isText = (byte: number) => !isBlank(byte) && byte !== NEWLINE;

const trimmed = (text: Uint8Array) =>
  text.subarray(Math.max(0, text.findIndex(isText)), text.findLastIndex(isText) + 1);

/** The blocks between blank lines, each with the blank lines that follow it. */
function blocksOf(text: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  let begin = 0;
  let isAfterBlankLine = false;
  let hasText = false;
  for (let line = 0; line < text.length; ) {
    const newline = text.indexOf(NEWLINE, line);
    const end = newline === -1 ? text.length : newline + 1;
    const isBlankLine = text.subarray(line, newline === -1 ? end : newline).every(isBlank);
    if (!isBlankLine && isAfterBlankLine && hasText) {
      blocks.push(text.subarray(begin, line));
      begin = line;
    }
    hasText ||= !isBlankLine;
    isAfterBlankLine = isBlankLine;
    line = end;
  }
  if (begin < text.length) blocks.push(text.subarray(begin));
  return blocks;
}
