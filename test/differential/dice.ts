// Chance that can be had again: the same seed throws the same.

/** Throws numbers that its seed decides. */
export class Dice {
  /** How often something out of the ordinary comes, from 0 (never) to 1. */
  readonly wildness: number;
  /** The one thing out of the ordinary that there is, often, where nothing else is: many at once hide each other. */
  readonly #focus: Oddity | undefined;
  #state: number;

  /** `oddities` are those that make a difference to what is tried. */
  constructor(seed: number, oddities: readonly Oddity[]) {
    this.#state = seed >>> 0;
    // Thrown away: seeds that follow each other begin alike.
    for (let i = 0; i < 4; i += 1) this.#next();
    this.wildness = this.pick(WILDNESSES);
    this.#focus = this.wildness === 0 && this.chance(0.6) ? this.pick(oddities) : undefined;
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** Whether this happens, which has this probability where all is wild. */
  odd(oddity: Oddity, probability: number): boolean {
    if (this.#focus === oddity) return this.chance(0.35);
    return this.chance(probability * this.wildness);
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  pick<Thing>(things: readonly Thing[]): Thing {
    const thing = things[this.int(0, things.length - 1)];
    if (thing === undefined) throw new RangeError('expected something to pick from, got an empty list');
    return thing;
  }

  shuffled<Thing>(things: readonly Thing[]): Thing[] {
    return things
      .map((thing) => ({ thing, place: this.#next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ thing }) => thing);
  }

  /** Mulberry32: 32 bits of state, and even enough for this. @see https://github.com/cprosche/mulberry32 */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  }
}

const WILDNESSES = [0, 0, 0, 0, 0, 0, 0, 0.05, 0.2, 1];

/** What may be out of the ordinary for a channel. */
export const CHANNEL_ODDITIES = [
  'acked now',
  'acked once',
  'aged',
  'broken job',
  'cancelled',
  'children',
  'clock ahead',
  'concurrency',
  'poisoned',
  'deduplication',
  'due',
  'expired lease',
  'foreign lease',
  'fresh events',
  'held and waiting',
  'misplaced job',
  'missing job',
  'not active',
  'odd count of deliveries',
  'odd length of events',
  'old marker',
  'own retention',
  'parent',
  'paused',
  'priority',
  'rate limit',
  'limit of the worker',
  'settled twice',
  'settled while waiting',
  'twice in a list',
  'unknown job',
] as const;

/** What may be out of the ordinary for a producer. */
export const SEND_ODDITIES = [
  'concurrency',
  'delayed send',
  'fresh events',
  'id twice',
  'known id',
  'misplaced job',
  'misplaced part',
  'odd counter',
  'odd length of events',
  'paused',
  'prioritized send',
  'rate limit',
] as const;

export type Oddity = (typeof CHANNEL_ODDITIES)[number] | (typeof SEND_ODDITIES)[number];
