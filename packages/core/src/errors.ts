// Every error that Acktor's core throws on purpose: one base class, one stable code for each.
import { describe } from './options/option-fault.js';

const ACKTOR_ERROR = Symbol.for('acktor.error');

/** What an error knows besides its message: the cause, and the facts a program can act on. */
export interface AcktorErrorDetails {
  readonly cause?: unknown;
}

/**
 * The base class of every error thrown by Acktor on purpose.
 *
 * `code` is stable across versions and safe to switch on; `message` says what was expected, what came and what to do,
 * and may be reworded at any time.
 */
export abstract class AcktorError extends Error {
  abstract readonly code: string;

  // Errors of another installed copy are recognized by the name of their class: a program, its handlers and the dashboard may each
  // have a copy of their own. Not declared, because it changes no type.
  static {
    Object.defineProperties(this.prototype, { [ACKTOR_ERROR]: { value: true } });
    Object.defineProperty(this, Symbol.hasInstance, { value: isInstance });
  }

  constructor(message: string, { cause }: AcktorErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}

function isInstance(this: new () => unknown, value: unknown): boolean {
  if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
  return typeof value === 'object' && value !== null && ACKTOR_ERROR in value && hasClassNamed(this.name, value);
}

function hasClassNamed(name: string, value: object): boolean {
  for (let kind: unknown = value; kind instanceof Object; kind = Object.getPrototypeOf(kind))
    if (kind.constructor.name === name) return true;
  return false;
}

/** One thing wrong with a payload or a result, and where: `data.items[3].cents`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** One option that is wrong. The message names it and says what was expected. */
export interface OptionFault {
  readonly option: string;
  readonly message: string;
}

/** What is wrong with the payload or result of which job. */
export interface JsonErrorDetails extends AcktorErrorDetails {
  /** The name of the job, or of the exchange. */
  readonly job: string;
  /** Default `job`. */
  readonly of?: 'job' | 'exchange' | undefined;
  readonly faults: readonly Fault[];
}

const mostFaultsInMessage = 20;

/** A payload that is not JSON, too large, too deep or off its contract's schema. `faults` lists all that is wrong. */
export class PayloadError extends AcktorError {
  readonly code = 'ACKTOR_BAD_PAYLOAD';
  readonly job: string;
  readonly faults: readonly Fault[];

  constructor({ job, of = 'job', faults, cause }: JsonErrorDetails) {
    super(`payload of ${of} ${job}: ${listFaults(faults)}`, { cause });
    this.job = job;
    this.faults = faults;
  }
}

/** What a handler returned, or a stored result, is not JSON, too large, too deep or off its contract's schema. */
export class ResultError extends AcktorError {
  readonly code = 'ACKTOR_BAD_RESULT';
  readonly job: string;
  readonly faults: readonly Fault[];

  constructor({ job, faults, cause }: JsonErrorDetails) {
    super(`result of job ${job}: ${listFaults(faults)}`, { cause });
    this.job = job;
    this.faults = faults;
  }
}

/** A name of a job, a queue or an id that Redis keys cannot carry safely. */
export class NameError extends AcktorError {
  readonly code = 'ACKTOR_BAD_NAME';
}

/** Options that are unknown, missing or out of bounds; `faults` lists all of them, not only the first. */
export class OptionsError extends AcktorError {
  readonly code = 'ACKTOR_BAD_OPTION';

  constructor(readonly faults: readonly OptionFault[]) {
    super(faults.map((fault) => fault.message).join('; '));
  }
}

/** A value that is no contract was given where one is needed. */
export class NotAContractError extends AcktorError {
  readonly code = 'ACKTOR_NOT_A_CONTRACT';

  constructor(
    /** The call that takes the contract. */
    readonly call: string,
    found: unknown,
    kind: 'job' | 'exchange' = 'job',
  ) {
    super(
      kind === 'job'
        ? `expected the contract that job() made as the first argument of ${call}, got ${describe(found)} (${adviceOn(found)})`
        : `expected the contract that exchange() made in ${call}, got ${describe(found)} (import it and pass that)`,
    );
  }
}

function adviceOn(found: unknown): string {
  if (typeof found === 'string') return 'its name alone says no schema and no queue: import the contract and pass that';
  if (found === undefined)
    return 'look whether the name that is imported is exported, and whether modules import each other';
  return "pass what job('name', { queue, data }) returned";
}

/** A contract that cannot be: `faults` lists all that `job()` or `exchange()` found wrong with it. */
export class ContractError extends AcktorError {
  readonly code = 'ACKTOR_BAD_CONTRACT';

  constructor(
    readonly job: string,
    readonly faults: readonly OptionFault[],
    of: 'job' | 'exchange' = 'job',
  ) {
    super(`contract of ${of} ${job}: ${faults.map((fault) => fault.message).join('; ')}`);
  }
}

function listFaults(faults: readonly Fault[]): string {
  const shown = faults.slice(0, mostFaultsInMessage).map(({ path, message }) => `${path}: ${message}`);
  const hidden = faults.length - shown.length;
  return hidden > 0 ? `${shown.join('; ')}; and ${hidden} more` : shown.join('; ');
}
