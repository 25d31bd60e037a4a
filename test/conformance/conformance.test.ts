// The semantics of RabbitMQ's work queues and exchanges: the same scenarios on Acktor and, by `npm run conformance`, on a real RabbitMQ.
import { RabbitMqServer } from '@acktor/bench';
import { redisEngine } from '@acktor/core';
import { TopicTrie } from '@acktor/core/internal';
import { memoryEngine } from '@acktor/testing';
import { expect } from 'chai';
import { redisUrl } from '../real-redis/real-redis.js';
import { acktorDriver } from './acktor-driver.js';
import type { Driver } from './driver.js';
import { queueScenarios } from './queue-scenarios.js';
import { rabbitMqDriver } from './rabbitmq-driver.js';
import { routingScenarios, type Scenario } from './routing-scenarios.js';

const scenarios: readonly Scenario[] = [...routingScenarios, ...queueScenarios];

function tryAll(driver: Driver, seenIn: (scenario: Scenario) => unknown): void {
  for (const scenario of scenarios)
    it(scenario.name, async () => {
      await using session = await driver.open();
      expect(await scenario.run(session)).to.deep.equal(seenIn(scenario));
    });
}

const atAcktor = ({ seen, atAcktor: other }: Scenario) => (other ? other.seen : seen);

describe('as RabbitMQ has it: Acktor on Redis', function () {
  this.timeout(30_000);
  tryAll(
    acktorDriver('Acktor on Redis', () => redisEngine({ redis: redisUrl() })),
    atAcktor,
  );
});

describe('as RabbitMQ has it: Acktor in memory', function () {
  this.timeout(30_000);
  tryAll(
    acktorDriver('Acktor in memory', () => memoryEngine({ clock: 'machine' })),
    atAcktor,
  );
});

if (process.env['ACKTOR_CONFORMANCE'] === 'rabbitmq')
  describe('as RabbitMQ has it: RabbitMQ itself', function () {
    this.timeout(120_000);
    let server: RabbitMqServer;
    before(async () => {
      server = await RabbitMqServer.start((message) => process.stderr.write(`${message}\n`));
    });
    after(() => server[Symbol.asyncDispose]());

    tryAll(
      rabbitMqDriver(() => server.address),
      ({ seen }) => seen,
    );

    it('has topics in ten thousand pairs of patterns and keys as Acktor has them', async () => {
      await using session = await rabbitMqDriver(() => server.address).open();
      const patterns = drawn(50, ['a', 'b', '', '*', '#'], 5);
      const keys = drawn(200, ['a', 'b', 'c', ''], 6);
      await session.declareExchange('x', 'topic');
      const trie = new TopicTrie<string>();
      for (const [n, pattern] of patterns.entries()) {
        await session.declareQueue(`q${n}`);
        await session.bind('x', { queue: `q${n}` }, pattern);
        trie.add(pattern, `q${n}`);
      }
      for (const key of keys) await session.publish('x', key, key);
      for (const [n, pattern] of patterns.entries()) {
        const expected = keys.filter((key) => trie.match(key).has(`q${n}`));
        expect(await session.drain(`q${n}`), pattern).to.deep.equal(expected);
      }
    });
  });

/** Texts of words with dots between, drawn at random. */
function drawn(count: number, words: readonly string[], most: number): readonly string[] {
  const word = () => words[Math.floor(Math.random() * words.length)];
  return Array.from({ length: count }, () =>
    Array.from({ length: Math.floor(Math.random() * (most + 1)) }, word).join('.'),
  );
}
