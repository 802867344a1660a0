/** Records a model's step once, as a flat list of kernel calls. */
import { describeArg, type ElementType, type KernelArgs, type KernelName, kernels, TILE } from "../kernels/registry.ts";
import type { Parameter } from "../memory/parameter.ts";
import type { Activations, Tensor } from "../memory/tensor.ts";

/** Bytes of a scratch area that each thread has for itself. */
export interface Scratch {
  readonly scratchBytes: number;
}

export function scratch(bytes: number): Scratch {
  return { scratchBytes: bytes };
}

export type RecordedArg = Tensor | Scratch | number | null;

export interface RecordedCall {
  readonly kernel: KernelName;
  readonly extent: number;
  /** In registry order. */
  readonly args: readonly RecordedArg[];
}

export class Tape {
  readonly calls: RecordedCall[] = [];
  /** Sparse weights of which the gradient of every weight is wanted, zeros included, in place of that of the non-zeros; where to. */
  readonly denseGradients: ReadonlyMap<Parameter, Tensor>;

  constructor(denseGradients: ReadonlyMap<Parameter, Tensor> = new Map()) {
    this.denseGradients = denseGradients;
  }

  /** Records one kernel call; arguments are named as in the registry. */
  call<K extends KernelName>(kernel: K, extent: number, args: KernelArgs<K, Tensor, Scratch>): void {
    const named = args as Readonly<Record<string, RecordedArg>>;
    this.calls.push({ kernel, extent, args: Object.keys(kernels[kernel].args).map((name) => named[name]!) });
  }

  /** A tensor that lives from the first to the last call that names it. */
  transient(name: string, length: number, elementType: ElementType = "f32"): Tensor {
    return { name, elementType, length, address: undefined };
  }

  /** Transient activations. */
  activations(name: string, numTiles: number, features: number): Activations {
    return { tensor: this.transient(name, numTiles * features * TILE), features, numTiles };
  }
}

export function isScratch(arg: RecordedArg): arg is Scratch {
  return typeof arg === "object" && arg !== null && "scratchBytes" in arg;
}

export function isTensor(arg: RecordedArg): arg is Tensor {
  return typeof arg === "object" && arg !== null && "elementType" in arg;
}

export interface TensorUse {
  readonly tensor: Tensor;
  readonly isRead: boolean;
  readonly isWritten: boolean;
  /** See `Access`. */
  readonly isWhole: boolean;
}

/** What each kernel does with each of its arguments: read once, since tapes are planned at every mask change. */
const usesOf = new Map(
  Object.entries(kernels).map(([kernel, { args }]) => [kernel as KernelName, Object.values(args).map(describeArg)]),
);

/** The tensors that a call reads and writes. */
export function tensorsOf(call: RecordedCall): TensorUse[] {
  return usesOf.get(call.kernel)!.flatMap((use, i) => {
    const arg = call.args[i]!;
    return isTensor(arg) ? [{ tensor: arg, ...use }] : [];
  });
}
