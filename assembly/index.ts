export function probe(a: usize): f32 { v128.store(a, f32x4.splat(1)); return load<f32>(a, 4); }
