/** Plans every byte of a run's memory before the memory exists. */
import { MemoryError } from "../core/errors.ts";
import { MAX_MEMORY_BYTES, SYSTEM_BYTES } from "../kernels/abi.ts";
import type { ElementType } from "../kernels/registry.ts";
import { ELEMENT_BYTES, type Tensor } from "./tensor.ts";

/** Tensors begin on cache lines. */
export const ALIGNMENT = 64;

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** One line of the memory plan: what takes how much. */
export interface PlannedGroup {
  readonly group: string;
  readonly bytes: number;
}

/**
 * Hands out addresses upwards from the system bytes. Nothing is freed: what has a shorter life shares an area that was
 * reserved for all such tensors together (see tape/place.ts).
 */
export class Arena {
  #top = SYSTEM_BYTES;
  readonly #groups = new Map<string, number>();

  /** Reserves a tensor for the whole run; `group` is its line in the plan. */
  persistent(group: string, name: string, elementType: ElementType, length: number): Tensor {
    return { name, elementType, length, address: this.reserve(group, length * ELEMENT_BYTES[elementType]) };
  }

  /** Reserves `bytes` and returns their address. */
  reserve(group: string, bytes: number): number {
    const address = this.#top;
    this.#top += align(bytes);
    this.#groups.set(group, (this.#groups.get(group) ?? 0) + align(bytes));
    return address;
  }

  get bytes(): number {
    return this.#top;
  }

  get plan(): PlannedGroup[] {
    return [{ group: "system", bytes: SYSTEM_BYTES }, ...[...this.#groups].map(([group, bytes]) => ({ group, bytes }))];
  }

  /**
   * @param remedy what the caller could make smaller
   * @throws {MemoryError} where the plan exceeds `availableBytes`
   */
  check(remedy: string, availableBytes: number = MAX_MEMORY_BYTES): void {
    if (this.#top <= availableBytes) return;
    const parts = this.plan.map(({ group, bytes }) => `${group} ${formatBytes(bytes)}`).join(", ");
    throw new MemoryError(
      `memory plan: the total must be at most ${formatBytes(availableBytes)}; got ${formatBytes(this.#top)} (${parts}). ${remedy}`,
      { neededBytes: this.#top, availableBytes },
    );
  }
}

export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
