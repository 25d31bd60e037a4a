// A state of a queue while it is drawn up: the commands that make it, and the ids that are taken.
import type { Dice } from './dice.js';

/** What the keys of the queue under trial begin with, in every database. */
export const NAMESPACE = 'bull';
export const QUEUE = 'trial';
export const PREFIX = `${NAMESPACE}:${QUEUE}:`;
/** Another queue, where parents of its jobs may lie. */
export const OTHER_PREFIX = `${NAMESPACE}:other:`;

/** A Redis command with its arguments. */
export type Command = readonly string[];

/** Collects the commands that make one state. */
export class StateDraft {
  /** The time at which everything happens, in milliseconds since the epoch. */
  readonly now: number;
  readonly commands: Command[] = [];
  readonly #ids = new Set<string>();

  constructor(now: number) {
    this.now = now;
  }

  add(name: string, ...args: readonly (string | number)[]): void {
    this.commands.push([name, ...args.map(String)]);
  }

  /** An id that no job of this state has. Random, because among equals Redis sorts by id. */
  freshId(dice: Dice, kind: string): string {
    const id = `${dice.pick(['a', 'b', 'z'])}${dice.int(0, 9_999)}-${kind}`;
    if (this.#ids.has(id)) return this.freshId(dice, kind);
    this.#ids.add(id);
    return id;
  }
}
