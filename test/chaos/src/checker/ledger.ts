// The ledger: one file per process, each entry out of the process's hands before it goes on.
import { fdatasyncSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from '../trial/time.js';

/**
 * What an entry survives once it is written: the end of its process, for which the system's memory is enough and the disk need
 * not be waited for, or that of the machine.
 */
export type Survival = 'process' | 'machine';

export class Ledger {
  readonly #file: number;
  readonly #by: string;
  readonly #survives: Survival;

  constructor(folder: string, by: string, survives: Survival = 'machine') {
    this.#file = openSync(join(folder, `${by}${ENDING}`), 'a');
    this.#by = by;
    this.#survives = survives;
  }

  /** Writes what happens, and answers when it did. The time is taken before the disk is waited for. */
  write(happening: Happening): number {
    const atMs = nowMs();
    writeSync(this.#file, `${JSON.stringify({ ...happening, atMs, by: this.#by })}\n`);
    if (this.#survives === 'machine') fdatasyncSync(this.#file);
    return atMs;
  }
}

/** All that was written in the folder, by whichever process, in the order of time. */
export function readLedger(folder: string): readonly LedgerEntry[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  const entries = files.flatMap((name) => readEntries(join(folder, name)));
  return entries.sort((one, other) => one.atMs - other.atMs);
}

const ENDING = '.ledger';

/** A process that is killed while it writes leaves half a line: what it says did not happen. */
function readEntries(path: string): LedgerEntry[] {
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as LedgerEntry);
}

/** Something that happened, where and when. */
export type LedgerEntry = Happening & {
  /** Milliseconds of the machine's monotonic clock. */
  readonly atMs: number;
  /** The process that wrote it. */
  readonly by: string;
};

/** `order` is the number that the test gave to a job: a job that was added twice has two ids and one number. */
export type Happening =
  /** The server has confirmed that it holds the job. */
  | { readonly what: 'confirmed'; readonly job: string; readonly order: number }
  /** The send was refused, or not confirmed in time: the job may be there or not. */
  | { readonly what: 'unconfirmed'; readonly job: string; readonly order: number }
  | { readonly what: 'started'; readonly job: string; readonly order: number; readonly fence: number }
  /** The handler did what it is for: charged the card. */
  | { readonly what: 'effect'; readonly job: string; readonly fence: number }
  /** The handler's signal aborted. */
  | { readonly what: 'aborted'; readonly job: string; readonly fence: number; readonly reason: string }
  /** The producer has seen the result. */
  | { readonly what: 'acked'; readonly job: string; readonly fence: number }
  /** A fault was injected, by which so many deliveries may be made again. */
  | { readonly what: 'fault'; readonly fault: string; readonly mayRedeliver: number };
