// Topic patterns as AMQP 0-9-1 has them: words with dots between, `*` for one word, `#` for any number of them, none included.
import { NameError } from '../errors.js';
import { quoted } from '../foreign-text/foreign-text.js';

/** In bytes of UTF-8, as AMQP's short strings have it: of a routing key, and of a pattern. */
export const LONGEST_KEY_BYTES = 255;

/** @throws NameError for what is no text, or longer than {@link LONGEST_KEY_BYTES}. `what` is what it is, for people. */
export function checkRoutingKey(value: unknown, what = 'routing key'): asserts value is string {
  const expected = `expected the ${what} to be a text of ${LONGEST_KEY_BYTES} bytes at most, such as 'order.eu.created'`;
  if (typeof value !== 'string') throw new NameError(`${expected}, got ${value === null ? 'null' : typeof value}`);
  if (!value.isWellFormed()) throw new NameError(`${expected}, got ${quoted(value)} (it holds half of a character)`);
  const bytes = Buffer.byteLength(value);
  if (bytes > LONGEST_KEY_BYTES) throw new NameError(`${expected}, got ${bytes} bytes (use a digest in it)`);
}

/**
 * Finds what is bound by the patterns that match a key.
 *
 * Each pattern is cut at its `#` into segments of words and `*`. The first has to stand at the key's beginning, the last at its end, and each of those
 * between somewhere behind the one before: the first place where it stands will do, for whatever comes behind a later one comes behind that, too. So nothing
 * is tried again that has been found, and a node is visited once for a key, but those of segments between two `#`: at most once for each word of the key.
 * No regular expression.
 */
export class TopicTrie<Target> {
  readonly #first = new Segment<Target>();
  /** Grows with each match: what a node remembers of an earlier one does not count. */
  #match = 0;

  /** Adds what is bound by a pattern. */
  add(pattern: string, target: Target): void {
    const [first = [], ...others] = segmentsOf(pattern);
    let node = this.#first.behind(first);
    const last = others.pop();
    if (last === undefined) return void node.targets.push(target);
    for (const segment of others) node = node.openHash().between.behind(segment);
    const hash = node.openHash();
    if (last.length === 0) hash.targets.push(target);
    else hash.last.behind(last.toReversed()).targets.push(target);
  }

  /** Returns what is bound by any pattern that matches the key, each once. */
  match(key: string): ReadonlySet<Target> {
    this.#match += 1;
    const found = new Set<Target>();
    walk(this.#first, 0, { words: keyWords(key), match: this.#match, found });
    return found;
  }
}

/** One match: of which words, and what it has found so far. */
interface Matching<Target> {
  readonly words: readonly string[];
  readonly match: number;
  readonly found: Set<Target>;
}

/** A node of the segments that begin at the same place. */
class Segment<Target> {
  readonly words = new Map<string, Segment<Target>>();
  star: Segment<Target> | undefined;
  /** What comes behind a `#` that stands here. */
  hash: Hash<Target> | undefined;
  /** Bound by patterns that end here. */
  readonly targets: Target[] = [];
  readonly #parent: Segment<Target> | undefined;
  /** Whether it is of a segment between two `#`, which is of use only until the second is found. */
  readonly #isBetween: boolean;
  /** How many `#` stand here and behind, and how many of them this match has not found yet. */
  #hashes = 0;
  #left = 0;
  #match = 0;

  constructor(isBetween = false, parent?: Segment<Target>) {
    this.#isBetween = isBetween;
    this.#parent = parent;
  }

  /** The node behind this one by these words, made where there is none. */
  behind(words: readonly string[]): Segment<Target> {
    return words.reduce((node: Segment<Target>, word) => node.#next(word), this);
  }

  /** What comes behind a `#` here, made where there is none. */
  openHash(): Hash<Target> {
    if (this.hash) return this.hash;
    this.countHash();
    return (this.hash = { targets: [], between: new Segment(true), last: new Segment() });
  }

  /** Whether this match may find something here that it has not found. */
  isOpen(match: number): boolean {
    if (!this.#isBetween) return true;
    this.#begin(match);
    return this.#left > 0;
  }

  /** The `#` here is found: the first place where it stands is the best. */
  findHash(match: number): void {
    this.#begin(match);
    this.#left -= 1;
    this.#parent?.findHash(match);
  }

  countHash(): void {
    this.#hashes += 1;
    this.#parent?.countHash();
  }

  #begin(match: number): void {
    if (this.#match === match) return;
    this.#match = match;
    this.#left = this.#hashes;
  }

  #next(word: string): Segment<Target> {
    if (word === '*') return (this.star ??= new Segment(this.#isBetween, this));
    const known = this.words.get(word);
    if (known) return known;
    const made = new Segment<Target>(this.#isBetween, this);
    this.words.set(word, made);
    return made;
  }
}

/** What may come behind a `#`. */
interface Hash<Target> {
  /** Bound by patterns that end with it. */
  readonly targets: Target[];
  /** Segments before another `#`. None begins with `*`. */
  readonly between: Segment<Target>;
  /** The last segments, from their ends. */
  readonly last: Segment<Target>;
  /** The last match that has come here. */
  match?: number;
}

/** Goes on from a node that was reached with so many words. */
function walk<Target>(node: Segment<Target>, at: number, matching: Matching<Target>): void {
  const { words, match, found } = matching;
  if (at === words.length) for (const target of node.targets) found.add(target);
  if (node.hash && node.hash.match !== match) {
    node.hash.match = match;
    node.findHash(match);
    goBehind(node.hash, at, matching);
  }
  const word = words[at];
  if (word === undefined) return;
  const literal = node.words.get(word);
  if (literal?.isOpen(match)) walk(literal, at + 1, matching);
  if (node.star?.isOpen(match)) walk(node.star, at + 1, matching);
}

/** Goes on from a `#` that stands behind so many words at the earliest. */
function goBehind<Target>(hash: Hash<Target>, earliest: number, matching: Matching<Target>): void {
  const { words, match, found } = matching;
  for (const target of hash.targets) found.add(target);
  const { between } = hash;
  for (let at = earliest; at < words.length && between.isOpen(match); at += 1) {
    const begun = between.words.get(words[at] ?? '');
    if (begun?.isOpen(match)) walk(begun, at + 1, matching);
  }
  walkBack(hash.last, words.length, { earliest, words, found });
}

/** Goes on from a node of last segments, towards the word that they may begin with at the earliest. */
function walkBack<Target>(
  node: Segment<Target>,
  end: number,
  matching: Pick<Matching<Target>, 'words' | 'found'> & { readonly earliest: number },
): void {
  const { words, found, earliest } = matching;
  for (const target of node.targets) found.add(target);
  if (end <= earliest) return;
  const literal = node.words.get(words[end - 1] ?? '');
  if (literal) walkBack(literal, end - 1, matching);
  if (node.star) walkBack(node.star, end - 1, matching);
}

/** The words of a key; none of an empty one. Two dots have an empty word between them. */
function keyWords(key: string): readonly string[] {
  return key === '' ? [] : key.split('.');
}

/** A pattern, cut at each `#`. Of several `#` and `*` in a row one `#` is left, behind the `*`, which matches the same. */
function segmentsOf(pattern: string): readonly (readonly string[])[] {
  const segments: string[][] = [];
  let segment: string[] = [];
  let isBehindHash = false;
  for (const word of keyWords(pattern)) {
    if (word === '#') isBehindHash = true;
    else {
      if (isBehindHash && word !== '*') {
        segments.push(segment);
        segment = [];
        isBehindHash = false;
      }
      segment.push(word);
    }
  }
  segments.push(segment);
  return isBehindHash ? [...segments, []] : segments;
}
