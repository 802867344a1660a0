/** A run's identity: the same on every machine, whatever the order of the keys and wherever the data lie. */
import { canonicalJson } from "../core/canonical.ts";
import { sha256Hex } from "../core/hash.ts";
import { identityOf } from "../core/outline.ts";
import type { RecordedConfig } from "../core/record.ts";
import { sourceOf } from "../sources/index.ts";
import { runConfigSchema } from "./run-config.ts";

/**
 * The first 12 hex digits of the SHA-256 of a configuration. The content of data and plugins stands in the place of their paths,
 * and the name is left out, since neither changes what is trained. Keys that came later count only where they are not what runs
 * before them did (`later` in core/choice.ts), so that a new setting leaves the ids of old runs alone.
 *
 * @param dataFingerprint `fingerprint` of the run's DataSource
 * @param pluginHashes SHA-256 of the content of each of the plugins, in their order
 */
export function runId(config: RecordedConfig, dataFingerprint: string, pluginHashes: readonly string[] = []): string {
  const { name: _name, plugins: _plugins, ...rest } = identityOf(runConfigSchema(), config) as RecordedConfig;
  const pathKeys = sourceOf(config.data).pathKeys ?? [];
  const settings = Object.fromEntries(Object.entries(rest.data).filter(([key]) => !pathKeys.includes(key)));
  const plugins = pluginHashes.length === 0 ? {} : { plugins: pluginHashes };
  const identity = { ...rest, ...plugins, data: { ...settings, fingerprint: dataFingerprint } };
  return sha256Hex(canonicalJson(identity)).slice(0, 12);
}
