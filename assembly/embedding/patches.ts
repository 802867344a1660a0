import { ROW } from "../simd/tile";

const LANES: i32 = 32;
const F32: usize = 4;

export function f32_patches(
  begin: i32, end: i32, images: usize, patches: usize, channels: i32, height: i32, width: i32, patchSize: i32,
  firstToken: i32, seqTiles: i32,
): void {
  const patchesPerRow = width / patchSize;
  const numPatches = patchesPerRow * (height / patchSize);
  const tileBytes = <usize>(channels * patchSize * patchSize) * ROW;
  const imageBytes = <usize>(channels * height * width) * F32;
  for (let image = begin; image < end; image++) {
    const tiles = patches + <usize>image * <usize>seqTiles * tileBytes;
    memory.fill(tiles, 0, <usize>seqTiles * tileBytes);
    for (let p = 0; p < numPatches; p++) {
      const token = firstToken + p;
      const top = p / patchesPerRow * patchSize;
      const left = p % patchesPerRow * patchSize;
      const src = images + <usize>image * imageBytes + <usize>(top * width + left) * F32;
      const dst = tiles + <usize>(token / LANES) * tileBytes + <usize>(token % LANES) * F32;
      cutPatch(src, channels, height, width, patchSize, dst);
    }
  }
}

/** One patch, whose first pixel is at `src`, into one token's lane. */
function cutPatch(src: usize, channels: i32, height: i32, width: i32, patchSize: i32, dst: usize): void {
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < patchSize; y++) {
      const pixels = src + <usize>((c * height + y) * width) * F32;
      for (let x = 0; x < patchSize; x++) {
        store<f32>(dst, load<f32>(pixels + <usize>x * F32));
        dst += ROW;
      }
    }
}
