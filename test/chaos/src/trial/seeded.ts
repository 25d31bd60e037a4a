// Chance that can be replayed: the same seed gives the same schedule of faults.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export class Seeded {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  /** @param seed any whole number; scenarios of one run differ by `salt`, so that each can be replayed alone. */
  constructor(seed: number, salt = 0) {
    this.#generator = xoroshiro128plus((seed ^ Math.imul(salt + 1, 0x9e3779b1)) | 0);
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return uniformInt(this.#generator, least, most);
  }

  /** One of the items. */
  oneOf<T>(items: readonly T[]): T {
    const item = items[this.whole(0, items.length - 1)];
    if (item === undefined) throw new RangeError('expected something to choose from, got nothing');
    return item;
  }
}
