/** Key of the smallest NaN; all NaNs share it, since engines differ in the payloads they give them. */
const NAN_KEY: i32 = 0x7f800001;

/** |x| as an integer in the same order: the bits without the sign. NaN is larger than everything else. */
// @ts-ignore: decorator
@inline
export function magnitudeKey(x: usize): i32 {
  return min(load<i32>(x) & 0x7fffffff, NAN_KEY);
}
