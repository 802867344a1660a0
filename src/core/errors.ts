/**
 * Errors by what the caller can do about them. Messages follow one grammar:
 *
 *   <where>: <argument> must be <condition>; got <value>. <remedy>
 */

export abstract class SparselawError extends Error {
  /** True where the user can mend the cause (a config, a file, a size); the CLI then exits with 2 instead of 1. */
  abstract readonly isUsersToMend: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A tensor or array has the wrong dimensions. */
export class ShapeError extends SparselawError {
  readonly isUsersToMend = true;
}

/** A setting is unknown, misspelt or out of its range. */
export class ConfigError extends SparselawError {
  readonly isUsersToMend = true;
}

/** A call came at the wrong moment (a closed engine, a run that another process is writing). */
export class StateError extends SparselawError {
  readonly isUsersToMend = false;
}

/** A file or record cannot be read as what it claims to be. */
export class FormatError extends SparselawError {
  readonly isUsersToMend = true;
  readonly file: string;
  /** 1-based line or record, where one is to blame. */
  readonly record: number | undefined;

  constructor(file: string, problem: string, options: ErrorOptions & { record?: number } = {}) {
    super(`${file}${options.record === undefined ? "" : `:${options.record}`}: ${problem}`, options);
    this.file = file;
    this.record = options.record;
  }
}

/** A worker died or could not start. */
export class WorkerError extends SparselawError {
  readonly isUsersToMend = false;
}

/** The planned buffers do not fit into one WebAssembly memory. */
export class MemoryError extends SparselawError {
  readonly isUsersToMend = true;
  readonly neededBytes: number;
  readonly availableBytes: number;

  constructor(message: string, sizes: { neededBytes: number; availableBytes: number }) {
    super(message);
    this.neededBytes = sizes.neededBytes;
    this.availableBytes = sizes.availableBytes;
  }
}

/** The training loss is no longer a useful number. */
export class DivergenceError extends SparselawError {
  readonly isUsersToMend = true;
  readonly step: number;

  constructor(message: string, step: number) {
    super(message);
    this.step = step;
  }
}
