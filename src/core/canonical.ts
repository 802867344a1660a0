/** A run's identity: the same on every machine, whatever the order of the keys and wherever the data lie. */
import type { RunConfig } from "./config.ts";
import { sha256Hex } from "./hash.ts";

/**
 * JSON with the keys of every object in code-unit order and without undefined members: equal values have equal texts.
 *
 * @throws {TypeError} at a number that JSON cannot hold (NaN, ±Infinity)
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member))
      throw new TypeError(`canonicalJson: ${key} must be a finite number; got ${member}. JSON has no other numbers.`);
    return isPlainObject(member) ? sortKeys(member) : member;
  });
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * A run's id: the first 12 hex digits of the SHA-256 of its configuration. The content of the data stands in the place of
 * their paths, and the name is left out, since neither changes what is trained.
 *
 * @param dataFingerprint `fingerprint` of the run's DataSource
 */
export function runId(config: RunConfig, dataFingerprint: string): string {
  const { name: _name, data, ...rest } = config;
  const { paths: _paths, labels: _labels, ...settings } = { paths: undefined, labels: undefined, ...data };
  return sha256Hex(canonicalJson({ ...rest, data: { ...settings, fingerprint: dataFingerprint } })).slice(0, 12);
}
