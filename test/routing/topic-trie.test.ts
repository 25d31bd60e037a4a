// Topic patterns: the specification's words, and a naive matcher to compare with.
import { NameError } from '@acktor/core';
import { checkRoutingKey, TopicTrie } from '@acktor/core/internal';
import { expect } from 'chai';

/** As the specification says it, and as slow as that is. */
function isMatch(pattern: readonly string[], key: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return key.length === 0;
  if (first === '#')
    return Array.from({ length: key.length + 1 }, (_, i) => i).some((i) => isMatch(rest, key.slice(i)));
  return key.length > 0 && (first === '*' || first === key[0]) && isMatch(rest, key.slice(1));
}

const wordsOf = (text: string) => (text === '' ? [] : text.split('.'));

function matches(pattern: string, key: string): boolean {
  const trie = new TopicTrie<string>();
  trie.add(pattern, 'it');
  return trie.match(key).size === 1;
}

/** For busy machines: on a quiet one the first four take less than 1 ms, the others some. */
const MOST_MS = 25;
/** How many pairs are compared: a million takes some seconds. */
const PAIRS = Number(process.env.ACKTOR_TOPIC_PAIRS ?? 20_000);

describe('topic patterns', () => {
  for (const [pattern, matching, others] of [
    ['*.stock.#', ['usd.stock', 'eur.stock.db', 'eur.stock.db.nyse'], ['stock.nasdaq', 'stock', 'eur.usd.stock']],
    [
      '*.orange.*',
      ['quick.orange.rabbit', 'lazy.orange.elephant'],
      ['orange', 'quick.orange.new.rabbit', 'lazy.brown.fox'],
    ],
    ['lazy.#', ['lazy', 'lazy.brown.fox', 'lazy.orange.new.rabbit'], ['quick.lazy', 'lazyfox']],
    ['#', ['', 'a', 'a.b', '..'], []],
    ['', [''], ['a', '.']],
    ['*', ['a', '*', '#'], ['', 'a.b']],
    ['#.#', ['', 'a', 'a.b.c'], []],
    ['#.*', ['a', 'a.b.c'], ['']],
    ['a.#.#.b', ['a.b', 'a.x.b', 'a.x.y.b'], ['a', 'b', 'a.b.c']],
    ['a..b', ['a..b'], ['a.b', 'a.x.b']],
    ['a.*.b', ['a..b', 'a.x.b'], ['a.b']],
  ] as const)
    it(`'${pattern}' matches what the specification says`, () => {
      expect(
        matching.filter((key) => !matches(pattern, key)),
        'those that it ought to match',
      ).to.deep.equal([]);
      expect(
        others.filter((key) => matches(pattern, key)),
        'those that it ought not to match',
      ).to.deep.equal([]);
    });

  it(`agree with a naive matcher in ${PAIRS} pairs drawn at random`, function () {
    this.timeout(600_000);
    const seed = Number(process.env.ACKTOR_TOPIC_SEED ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    const draw = (words: readonly string[], most: number) =>
      Array.from({ length: Math.floor(random() * (most + 1)) }, () => words[Math.floor(random() * words.length)]).join(
        '.',
      );
    for (let n = 0; n < PAIRS;) {
      // Some patterns in one trie, so that they share nodes.
      const trie = new TopicTrie<string>();
      const patterns = Array.from({ length: 10 }, () => draw(['a', 'b', '', '*', '#', '#'], 6));
      for (const pattern of patterns) trie.add(pattern, pattern);
      for (let keys = 0; keys < 10; keys += 1) {
        const key = draw(['a', 'b', 'c', '', '*', '#'], 7);
        const expected = patterns.filter((pattern) => isMatch(wordsOf(pattern), wordsOf(key)));
        expect([...trie.match(key)].toSorted(), `seed ${seed}, key ${key}, of ${patterns.join(' ')}`).to.deep.equal(
          [...new Set(expected)].toSorted(),
        );
        n += patterns.length;
      }
    }
  });

  it('find what is bound by several that match once', () => {
    const trie = new TopicTrie<string>();
    for (const pattern of ['a.#', '#', 'a.*', 'a.b']) trie.add(pattern, 'the same');
    trie.add('c', 'another');
    expect([...trie.match('a.b')]).to.deep.equal(['the same']);
  });

  const letters = (text: string) => text.split('').join('.');
  /** Of so many words of these each, in all ways. */
  const allOf = (words: readonly string[], count: number): readonly string[] =>
    count === 0 ? [''] : allOf(words, count - 1).flatMap((rest) => words.map((word) => `${word}.${rest}`));
  for (const [name, patterns, key] of [
    [
      'with several #, whose words come in turn',
      Array.from({ length: 10_000 }, (_, i) => `#.a.#.b${i % 100}.#.c${i}.#`),
      Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 'a' : `b${i}`)).join('.'),
    ],
    ['that are open at each word', allOf(['a', '*', '#'], 8).map((rest) => `${rest}#.z`), letters('a'.repeat(127))],
    ['that all match', allOf(['a', '*', '#'], 8).map((rest) => `${rest}#.z`), letters(`${'a'.repeat(126)}z`)],
    ['that match by turns', allOf(['a', '*', '#'], 8).map((rest) => `${rest}#.z`), letters('ab'.repeat(63))],
    ['of two words, with # between', allOf(['a.#', 'b.#', '*'], 8).map((rest) => `${rest}z`), letters('ab'.repeat(63))],
    ['that end with many *', allOf(['a', '*'], 13).map((rest) => `#.${rest}z`), letters(`${'a'.repeat(126)}z`)],
  ] as const)
    it(`take little time for the worst of ten thousand: those ${name}`, () => {
      const trie = new TopicTrie<number>();
      for (const [i, pattern] of patterns.entries()) trie.add(pattern, i % 1_000);
      for (let i = 0; i < 20; i += 1) trie.match(key);
      const began = process.cpuUsage();
      for (let i = 0; i < 100; i += 1) trie.match(key);
      const { user, system } = process.cpuUsage(began);
      const ms = (user + system) / 100 / 1_000;
      expect(ms, `ms for each of those ${name}`).to.be.below(MOST_MS);
    });

  it('are of 255 bytes at most, as keys are', () => {
    checkRoutingKey('é'.repeat(127));
    for (const wrong of ['é'.repeat(128), 'a'.repeat(256), '\ud800', 5, null, undefined])
      expect(() => checkRoutingKey(wrong), String(wrong)).to.throw(
        NameError,
        'expected the routing key to be a text of 255 bytes',
      );
  });
});

/** A generator of numbers from 0 up to 1 that begins with a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
