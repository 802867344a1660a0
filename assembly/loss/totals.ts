const LANES_PER_TILE: usize = 32;
const F32: usize = 4;

export function f64_loss_totals(
  begin: i32, end: i32, losses: usize, hits: usize, labels: usize, numTiles: i32, totals: usize,
): void {
  if (begin >= end) return;
  let loss: f64 = 0;
  let hit: f64 = 0;
  let counted: f64 = 0;
  for (let at: usize = 0, stop = <usize>numTiles * LANES_PER_TILE * F32; at < stop; at += F32) {
    loss += <f64>load<f32>(losses + at);
    hit += <f64>load<f32>(hits + at);
    counted += load<i32>(labels + at) >= 0 ? 1 : 0;
  }
  store<f64>(totals, loss);
  store<f64>(totals, hit, 8);
  store<f64>(totals, counted, 16);
}
