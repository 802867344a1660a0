/** A weight and everything that lives beside it, in the format that its density calls for. */

import { StateError } from "../core/errors.ts";
import type { Arena } from "./arena.ts";
import { align } from "./arena.ts";
import { type CsrSizes, csrSizes } from "./csr.ts";
import type { Tensor } from "./tensor.ts";
import { ELEMENT_BYTES } from "./tensor.ts";

/**
 * What a parameter is to pruning and counting: `block` weights (attention and MLP) are N and take the full sparsity, `edge`
 * matrices (embedding table, patch embedding, output head) take 1 − √(1−S), `plain` ones (norms, biases, positions) none.
 */
export type ParameterRole = "block" | "edge" | "plain";

export interface ParameterSpec {
  readonly name: string;
  /** (outFeatures, inFeatures) of a linear layer, (vocabSize, dModel) of a table, (n, 1) of a vector. */
  readonly rows: number;
  readonly cols: number;
  readonly role: ParameterRole;
  /** Only read through linear products, so that CSR may replace it. */
  readonly isLinear: boolean;
  /** Tokens of an example that it is multiplied with; 0 where left out: in no product. */
  readonly tokensPerExample?: number;
  readonly hasWeightDecay: boolean;
  /** Standard deviation of the normal initial values; 0: all `initialMean`. */
  readonly initialDeviation: number;
  readonly initialMean: number;
}

/** How the planes of a weight lie in memory: the whole matrix, or its non-zeros in the order of a CSR structure. */
export type Format = "dense" | "csr";

/** Creates the parameter that a layer asks for. */
export type Declare = (spec: ParameterSpec) => Parameter;

/** The same, and a list of all that it has created, in order. */
export function listing(declare: Declare): { readonly parameters: readonly Parameter[]; readonly declare: Declare } {
  const parameters: Parameter[] = [];
  return {
    parameters,
    declare(spec) {
      const parameter = declare(spec);
      parameters.push(parameter);
      return parameter;
    },
  };
}

/** The positions of the non-zeros, for W and for Wᵀ (see the registry, f32_spmm_csr). */
export interface CsrStructure {
  readonly rowPtr: Tensor;
  readonly offsets: Tensor;
  readonly rowPtrT: Tensor;
  readonly offsetsT: Tensor;
  /** Position in W's order of each entry of Wᵀ. */
  readonly permutation: Tensor;
}

export interface ParameterPlan {
  /** Arrays of one f32 for each weight: the value, its gradient and the optimizer's state. */
  readonly planes: readonly string[];
  /** A mask byte for each weight while it is dense. */
  readonly isPruned: boolean;
  /** The most non-zeros that the weight will ever have in CSR, or undefined where it is always dense. */
  readonly csrCapacity: number | undefined;
}

/**
 * One weight matrix or vector. All its arrays lie in one slab, which has room for the larger of two layouts: dense, and CSR at
 * its capacity. `store` changes between them, any number of times.
 */
export class Parameter {
  readonly spec: ParameterSpec;
  readonly plan: ParameterPlan;
  readonly slabBytes: number;
  readonly #address: number;
  #format: Format = "dense";
  #nonzeros: number;
  #tensors: ReadonlyMap<string, Tensor>;

  constructor(arena: Arena, spec: ParameterSpec, plan: ParameterPlan) {
    this.spec = spec;
    this.plan = plan;
    this.#nonzeros = this.size;
    const dense = sum(this.#denseArrays(), capacityBytes);
    const csr = plan.csrCapacity === undefined ? 0 : sum(this.#csrArrays(plan.csrCapacity), capacityBytes);
    this.slabBytes = Math.max(dense, csr);
    this.#address = arena.reserve("parameters and optimizer", this.slabBytes);
    this.#tensors = this.#layOut();
  }

  get name(): string {
    return this.spec.name;
  }

  /** Weights, zeros included. */
  get size(): number {
    return this.spec.rows * this.spec.cols;
  }

  get format(): Format {
    return this.#format;
  }

  /** Weights that are not pruned. */
  get nonzeros(): number {
    return this.#nonzeros;
  }

  /** Elements of each plane: all weights when dense, the non-zeros in CSR order otherwise. */
  get stored(): number {
    return this.#format === "dense" ? this.size : this.#nonzeros;
  }

  /**
   * The largest `stored` of the present format. What a tape lays out beside the planes is as long, so that tapes recorded at any
   * density have the same places, and the room planned for one holds them all.
   */
  get capacity(): number {
    return this.#room(this.#format);
  }

  /** Bytes that the planes, and mask or CSR structure, need in the present format at the present non-zeros. */
  get usedBytes(): number {
    return sum(this.#arrays(), ({ length, elementType }) => align(length * ELEMENT_BYTES[elementType]));
  }

  plane(name: string): Tensor {
    return this.#tensor(name);
  }

  get value(): Tensor {
    return this.plane("value");
  }

  get grad(): Tensor {
    return this.plane("grad");
  }

  /** 0/1 bytes of a pruned weight that is stored dense. */
  get mask(): Tensor | null {
    return this.#format === "dense" && this.plan.isPruned ? this.#tensor("mask") : null;
  }

  get csr(): CsrStructure {
    const tensor = (name: string) => this.#tensor(name);
    return {
      rowPtr: tensor("rowPtr"),
      offsets: tensor("offsets"),
      rowPtrT: tensor("rowPtrT"),
      offsetsT: tensor("offsetsT"),
      permutation: tensor("permutation"),
    };
  }

  /**
   * From here on the slab is read in `format`, with `nonzeros` weights that are not pruned; the caller moves the content.
   *
   * @throws {StateError} as `checkRoom`
   */
  store(format: Format, nonzeros: number): void {
    this.checkRoom(format, nonzeros);
    this.#format = format;
    this.#nonzeros = nonzeros;
    this.#tensors = this.#layOut();
  }

  /** @throws {StateError} where the slab was not planned for `nonzeros` weights in `format` */
  checkRoom(format: Format, nonzeros: number): void {
    if (nonzeros <= this.#room(format)) return;
    throw new StateError(
      `${this.name}: nonzeros in ${format} must be at most ${this.#room(format)}; got ${nonzeros}. Plan a larger csrCapacity.`,
    );
  }

  #room(format: Format): number {
    return format === "dense" ? this.size : (this.plan.csrCapacity ?? 0);
  }

  #tensor(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new TypeError(`${this.name} (${this.#format}) has no array "${name}"`);
    return tensor;
  }

  /** The arrays of the present format, each at its place in the slab. */
  #layOut(): ReadonlyMap<string, Tensor> {
    let address = this.#address;
    return new Map(
      this.#arrays().map((array) => {
        const { name, elementType, length } = array;
        const tensor = { name: `${this.name}.${name}`, elementType, length, address };
        address += capacityBytes(array);
        return [name, tensor];
      }),
    );
  }

  #arrays(): SlabArray[] {
    return this.#format === "dense" ? this.#denseArrays() : this.#csrArrays(this.#nonzeros);
  }

  #denseArrays(): SlabArray[] {
    const { size } = this;
    const arrays = this.plan.planes.map(
      (name): SlabArray => ({ name, elementType: "f32", length: size, capacity: size }),
    );
    return this.plan.isPruned ? [...arrays, { name: "mask", elementType: "u8", length: size, capacity: size }] : arrays;
  }

  #csrArrays(nonzeros: number): SlabArray[] {
    const { rows, cols } = this.spec;
    const largest = csrSizes({ rows, cols, nonzeros: this.#room("csr") });
    const present = csrSizes({ rows, cols, nonzeros });
    const array = (name: string, elementType: "i32" | "f32", key: keyof CsrSizes): SlabArray => ({
      name,
      elementType,
      length: present[key],
      capacity: largest[key],
    });
    return [
      ...this.plan.planes.map((name) => array(name, "f32", "values")),
      array("rowPtr", "i32", "rowPtr"),
      array("offsets", "i32", "offsets"),
      array("rowPtrT", "i32", "rowPtrT"),
      array("offsetsT", "i32", "offsetsT"),
      array("permutation", "i32", "permutation"),
    ];
  }
}

interface SlabArray {
  readonly name: string;
  readonly elementType: "f32" | "i32" | "u8";
  readonly length: number;
  /** Elements when the array is largest: its place in the slab is the same at any number of non-zeros. */
  readonly capacity: number;
}

function capacityBytes({ capacity, elementType }: SlabArray): number {
  return align(capacity * ELEMENT_BYTES[elementType]);
}

function sum(arrays: readonly SlabArray[], bytesOf: (array: SlabArray) => number): number {
  return arrays.reduce((bytes, array) => bytes + bytesOf(array), 0);
}
