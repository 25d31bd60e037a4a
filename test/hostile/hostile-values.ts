// Texts and values that mean no good, drawn at random: one place for all that tests throw at what takes text or values of others.
import { Dice } from '../differential/dice.js';

/** How many values a run draws; its seed, printed with the run, draws the same again. */
export const HOSTILE_VALUES = Number(process.env.ACKTOR_HOSTILE_VALUES ?? 100_000);
export const HOSTILE_SEED = Number(process.env.ACKTOR_HOSTILE_SEED ?? Date.now() % 0x80000000);

/** Draws them. The same seed draws the same. */
export class Hostile {
  readonly #dice: Dice;

  constructor(seed: number) {
    this.#dice = new Dice(seed, ['paused']);
  }

  /** A whole number below `below`. */
  below(below: number): number {
    return this.#dice.int(0, below - 1);
  }

  /** A text of a few pieces; now and then a huge one. */
  text(): string {
    const dice = this.#dice;
    if (dice.chance(0.005)) return dice.pick(PIECES).repeat(dice.int(1_000, 20_000));
    return Array.from({ length: dice.int(0, 5) }, () => dice.pick(PIECES)).join(dice.pick(['', ' ', '-']));
  }

  /** What stands where a payload, a result or progress is wanted. */
  value(depth = 0): unknown {
    const dice = this.#dice;
    const kind = dice.int(0, 9);
    if (kind < 4 || depth > 4) return dice.chance(0.7) ? this.text() : dice.pick(PLAIN);
    if (kind < 6) return Array.from({ length: dice.int(0, 4) }, () => this.value(depth + 1));
    if (kind < 9) return this.#object(depth);
    return dice.pick(ODDITIES)(this);
  }

  /** What a handler throws. */
  thrown(depth = 0): unknown {
    const dice = this.#dice;
    if (dice.chance(0.2)) return this.value();
    const inner = () => (depth < 3 ? this.thrown(depth + 1) : this.value());
    const error = dice.chance(0.2)
      ? new AggregateError([inner(), inner()], this.text())
      : new (dice.pick([Error, TypeError, RangeError]))(this.text(), dice.chance(0.5) ? { cause: inner() } : {});
    if (dice.chance(0.1)) error.cause = error;
    const spoilt = dice.pick(['message', 'stack', 'cause', 'errors', 'name', 'code']);
    const way = dice.int(0, 4);
    if (way === 0) Object.defineProperty(error, spoilt, { get: fail });
    if (way === 1) Object.defineProperty(error, spoilt, { value: this.value() });
    return error;
  }

  #object(depth: number): object {
    const dice = this.#dice;
    const parts: [string, unknown][] = Array.from({ length: dice.int(0, 4) }, () => [
      dice.chance(0.5) ? dice.pick(NAMES) : this.text(),
      this.value(depth + 1),
    ]);
    const made: object = dice.chance(0.2) ? (Object.create(null) as object) : {};
    // By definition: an assignment to `__proto__` would only set the prototype.
    for (const [key, value] of parts)
      Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
    return made;
  }
}

function fail(): never {
  throw new Error('not even that');
}

const PIECES = [
  'a',
  'job',
  '0',
  '-1',
  '1e21',
  'NaN',
  'null',
  'undefined',
  '{}',
  '[]',
  '"',
  "'",
  '\\',
  '\\u0000',
  '%s%n',
  '${x}',
  '<script>',

  '\u0000',
  '\n',
  '\r\n',
  '\t',
  '\u0007',
  '\u001b[2J',
  '\u001b]0;t\u0007',
  '\u009b31m',
  '\u007f',
  '\u0085',
  '\u2028',
  '\u2029',

  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\u00ad',
  '\u{e0041}',
  '\ud83d',
  '\ude80',
  '🚀',
  '👩‍👩‍👧',
  '漢字',
  'é',
  'e\u0301',
  '*3\r\n$3\r\nSET\r\n',
  '..:/',
  '|',
  ':',
  '{tag}',
  '$5\r\n',
  ' '.repeat(40),
  'x'.repeat(200),
];

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  'length',
  'name',
  'id',
  '0',
  '-1',

  'wait',
  'active',
  'paused',
  'delayed',
  'completed',
  'failed',
  'events',
  'meta',
  'marker',
  'data',
  'opts',
  'returnvalue',
  '',
];

const PLAIN = [null, true, false, 0, -0, 1, -1, 0.1, 1e21, Number.MAX_SAFE_INTEGER, Number.MIN_VALUE, Number.MAX_VALUE];

/** Each of which no JSON can carry, or says something else each time it is asked. */
const ODDITIES: readonly ((hostile: Hostile) => unknown)[] = [
  () => undefined,
  () => Symbol('s'),
  () => 10n,
  () => () => 1,
  () => Number.NaN,
  () => Infinity,
  () => new Date(0),
  () => new Date(Number.NaN),
  () => new Map([[1, 2]]),
  () => Buffer.from('secret'),
  () => /x/g,
  () => Object.assign([1], { toJSON: () => undefined }),
  (hostile) => ({ toJSON: () => hostile.text() }),
  () => Object.defineProperty({}, 'toJSON', { value: () => undefined }),
  () => Object.create({ toJSON: () => 1n }) as object,
  () => Object.defineProperty({}, 'getter', { enumerable: true, get: fail }),
  () => {
    let asked = 0;
    return Object.defineProperty({}, 'changing', { enumerable: true, get: () => (asked++ === 0 ? 1 : 1n) });
  },
  () => new Proxy({}, { ownKeys: fail, get: fail, getPrototypeOf: fail }),
  () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = { cycle };
    return cycle;
  },
  () => {
    let deep: unknown = 1;
    for (let i = 0; i < 2_000; i += 1) deep = [deep];
    return deep;
  },
  () => {
    const holes: unknown[] = [];
    holes.length = 3;
    return holes;
  },
  () => Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`key-${i}`, i])),
];
