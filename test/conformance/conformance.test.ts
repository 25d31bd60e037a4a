// The semantics of RabbitMQ's work queues and exchanges: the same scenarios on Acktor and, by `npm run conformance`, on a real RabbitMQ.
import { RabbitMqServer } from '@acktor/bench';
import { redisEngine } from '@acktor/core';
import { TopicTrie } from '@acktor/core/internal';
import { PrivateServer } from '@acktor/core/server';
import { memoryEngine } from '@acktor/testing';
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { redisUrl } from '../real-redis/real-redis.js';
import { acktorDriver, type Place } from './acktor-driver.js';
import { consumerScenarios } from './consumer-scenarios.js';
import type { Driver, DriverName } from './driver.js';
import { durabilityScenarios } from './durability-scenarios.js';
import { endingScenarios } from './ending-scenarios.js';
import { queueScenarios } from './queue-scenarios.js';
import { rabbitMqDriver, type Broker } from './rabbitmq-driver.js';
import { routingScenarios } from './routing-scenarios.js';
import type { Scenario } from './scenario.js';
import { topologyScenarios } from './topology-scenarios.js';

const scenarios: readonly Scenario[] = [
  ...queueScenarios,
  ...consumerScenarios,
  ...endingScenarios,
  ...durabilityScenarios,
  ...routingScenarios,
  ...topologyScenarios,
];

/** What each driver was seen to do, by the names of the scenarios: only what was tried and as expected is among it. */
const verdicts: Partial<Record<DriverName, Record<string, 'same' | 'differs' | 'notJudged'>>> = {};

function tryAll(driver: Driver): void {
  const ofDriver = (verdicts[driver.name] = {} as Record<string, 'same' | 'differs' | 'notJudged'>);
  for (const { name, run, kills, notJudged, ...scenario } of scenarios) {
    if (notJudged?.by.includes(driver.name)) {
      ofDriver[name] = 'notJudged';
      continue;
    }
    const other = driver.name === 'RabbitMQ' ? undefined : scenario.atAcktor;
    const words = other ? `${name} (differs by choice: ${other.why})` : name;
    it(words, async () => {
      await using session = await driver.open({ isKilled: kills === true });
      expect(await run(session)).to.deep.equal(other ? other.seen : scenario.seen);
      ofDriver[name] = other ? 'differs' : 'same';
    });
  }
}

describe('as RabbitMQ has it: Acktor on Redis', function () {
  this.timeout(30_000);
  tryAll(acktorDriver('Acktor on Redis', (isKilled) => (isKilled ? ownRedis() : redisAt(redisUrl()))));
});

describe('as RabbitMQ has it: Acktor in memory', function () {
  this.timeout(30_000);
  tryAll(acktorDriver('Acktor in memory', () => ({ engine: memoryEngine({ clock: 'machine' }) })));
});

if (process.env['ACKTOR_CONFORMANCE'] === 'rabbitmq')
  describe('as RabbitMQ has it: RabbitMQ itself', function () {
    this.timeout(120_000);
    let server: RabbitMqServer;
    const log = (message: string) => void process.stderr.write(`${message}\n`);
    const broker: Broker = { address: () => server.address, kill: () => server.killAndStart(log) };
    before(async () => {
      server = await RabbitMqServer.start(log);
    });
    after(() => server[Symbol.asyncDispose]());

    tryAll(rabbitMqDriver(broker));

    it('has topics in ten thousand pairs of patterns and keys as Acktor has them', async () => {
      await using session = await rabbitMqDriver(broker).open();
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

const verdictsFile = process.env['ACKTOR_CONFORMANCE_VERDICTS'];
if (verdictsFile)
  after(async () => {
    const rows = scenarios.map(({ name, atAcktor, notJudged }) => ({ name, why: atAcktor?.why, notJudged }));
    await writeFile(verdictsFile, JSON.stringify({ rows, verdicts }));
  });

function redisAt(url: string): Place {
  return { engine: redisEngine({ redis: url }) };
}

/** A server that can be killed. */
async function ownRedis(): Promise<Place> {
  const server = await PrivateServer.start();
  const restart = async () => {
    await server.kill();
    await server.restart();
  };
  return { ...redisAt(server.url), kill: restart, close: () => server.close() };
}

/** Texts of words with dots between, drawn at random. */
function drawn(count: number, words: readonly string[], most: number): readonly string[] {
  const word = () => words[Math.floor(Math.random() * words.length)];
  return Array.from({ length: count }, () =>
    Array.from({ length: Math.floor(Math.random() * (most + 1)) }, word).join('.'),
  );
}
