import { TILE } from "../registry.ts";
import type { Reference } from "./types.ts";

const SCALE = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

// gelu(x) = x/2·(1 + tanh u), u = SCALE·(x + CUBIC·x³)
const gelu = (x: number) => 0.5 * x * (1 + Math.tanh(SCALE * (x + CUBIC * x ** 3)));

// gelu′(x) = (1 + tanh u)/2 + x/2·(1 − tanh² u)·u′, u′ = SCALE·(1 + 3·CUBIC·x²)
function geluDerivative(x: number): number {
  const tanh = Math.tanh(SCALE * (x + CUBIC * x ** 3));
  return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh ** 2) * SCALE * (1 + 3 * CUBIC * x ** 2);
}

function eachElement(begin: number, end: number, features: number, visit: (i: number) => void): void {
  for (let i = begin * features * TILE; i < end * features * TILE; i++) visit(i);
}

const f32_gelu: Reference<"f32_gelu"> = (begin, end, { x, y, features }) =>
  eachElement(begin, end, features, (i) => {
    y[i] = gelu(x[i]!);
  });

const f32_gelu_backward: Reference<"f32_gelu_backward"> = (begin, end, { x, dy, dx, features }) =>
  eachElement(begin, end, features, (i) => {
    dx[i] = dy[i]! * geluDerivative(x[i]!);
  });

const f32_geglu: Reference<"f32_geglu"> = (begin, end, { gate, value, y, features }) =>
  eachElement(begin, end, features, (i) => {
    y[i] = gelu(gate[i]!) * value[i]!;
  });

const f32_geglu_backward: Reference<"f32_geglu_backward"> = (
  begin,
  end,
  { gate, value, dy, dGate, dValue, features },
) =>
  eachElement(begin, end, features, (i) => {
    // y = gelu(gate)·value
    dGate[i] = dy[i]! * value[i]! * geluDerivative(gate[i]!);
    dValue[i] = dy[i]! * gelu(gate[i]!);
  });

export const activationReferences = { f32_gelu, f32_gelu_backward, f32_geglu, f32_geglu_backward };
