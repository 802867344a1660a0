/** A checkpoint as a safetensors file that knows its version and the hash of its content. */
import { canonicalJson } from "../core/canonical.ts";
import { FormatError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import { bytesOf, decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { Checkpoint } from "./store.ts";

export const CHECKPOINT_FORMAT = "sparselaw-checkpoint";
export const CHECKPOINT_VERSION = "1";

/** The metadata is kept, with `format`, `version`, `step` and `contentHash` added. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { contentHash: _, ...given } = checkpoint.metadata;
  const metadata = { ...given, format: CHECKPOINT_FORMAT, version: CHECKPOINT_VERSION, step: String(checkpoint.step) };
  const contentHash = hashContent(checkpoint.tensors, metadata);
  return encodeSafetensors({ tensors: checkpoint.tensors, metadata: { ...metadata, contentHash } });
}

/**
 * @param file what to name in messages
 * @throws {FormatError} a damaged file, one that is no checkpoint, or one of another version
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const { contentHash, ...hashed } = metadata;
  if (hashed.format !== CHECKPOINT_FORMAT)
    throw new FormatError(
      file,
      `__metadata__.format must be ${CHECKPOINT_FORMAT}; got ${hashed.format}. Other tensor files cannot be resumed from.`,
    );
  if (hashed.version !== CHECKPOINT_VERSION)
    throw new FormatError(
      file,
      `__metadata__.version must be ${CHECKPOINT_VERSION}; got ${hashed.version}. Resume with the release that wrote it.`,
    );
  const hash = hashContent(tensors, hashed);
  if (contentHash !== hash)
    throw new FormatError(file, `content must have the hash ${contentHash}; got ${hash}. The file was damaged.`);
  return { step: Number(hashed.step), tensors, metadata: hashed };
}

/** Independent of the order in which the tensors stand. */
function hashContent(tensors: Checkpoint["tensors"], metadata: Checkpoint["metadata"]): string {
  const names = [...tensors.keys()].sort();
  const parts = names.flatMap((name) => {
    const { shape, data } = tensors.get(name)!;
    return [canonicalJson([name, data.constructor.name, shape]), bytesOf(data)];
  });
  return sha256Hex(canonicalJson(metadata), ...parts);
}
