/** JSON that is the same for equal values, on every machine and whatever the order of the keys: what hashes are taken of. */

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
