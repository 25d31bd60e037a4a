// Traces of the model on real engines, step by step: what the model shows of the protocol holds for what runs.
import { randomUUID } from 'node:crypto';
import { redisEngine } from '@acktor/core';
import type { Engine } from '@acktor/core/engine';
import { memoryEngine } from '@acktor/testing';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { redisUrl } from '../real-redis/real-redis.js';
import { until } from '../server/project.js';
import { Lane, type Ground } from './lane.js';
import { allRulesBut } from './rules.js';
import { randomTrace } from './walker.js';
import type { Step } from './happenings.js';

/** All of them: `ACKTOR_PROTOCOL_TRACES=10000 npm test -- test/protocol`. */
const TRACES = Number(process.env.ACKTOR_PROTOCOL_TRACES ?? 400);
const LANES = 16;
const JOBS = ['a', 'b'];

describe("the protocol's traces", function () {
  this.timeout(120_000 + TRACES * 100);

  it('are those of Redis', async () => {
    using client = await plainRedis();
    const namespace = `protocol-${randomUUID()}`;
    await runAll(redisEngine({ redis: redisUrl() }), namespace, {
      freeTurn: async (queue) => void (await client.del(`${namespace}:${queue}:acktor:turn`)),
      isGone: async (_queue, process) => {
        await until(
          `${process} is gone`,
          async () => (await client.pubsub('SHARDCHANNELS', `*${process}`)).length === 0,
        );
      },
    });
  });

  it('are those of the memory engine', async () => {
    const done = () => Promise.resolve();
    await runAll(memoryEngine(), 'protocol', { freeTurn: done, isGone: done });
  });
});

/** Shares the traces out to lanes. */
async function runAll(engine: Engine, namespace: string, aids: Pick<Ground, 'freeTurn' | 'isGone'>): Promise<void> {
  const opening = { namespace, name: 'protocol', connectTimeoutMs: 30_000, ackedAgeSeconds: 3_600, ackedCount: 1_000 };
  const connected = await engine.openBroker(opening);
  const { broker } = connected;
  const traces = differentTraces();
  const runNext = async (_: unknown, number: number) => {
    const lane = new Lane({ engine, namespace, broker, ...aids }, `lane-${number}`);
    try {
      for (const [i, trace] of traces) await lane.run(`trace${i}-`, JOBS, trace);
    } finally {
      await lane.close();
    }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, runNext));
  } finally {
    await connected.close();
  }
}

function* differentTraces(): Generator<readonly [number, readonly Step[]]> {
  const seen = new Set<string>();
  const scope = { jobs: JOBS, faults: 2, hasServerFaults: false, rules: allRulesBut() };
  for (let seed = 1; seen.size < TRACES; seed += 1) {
    const trace = randomTrace(scope, pickerOf(seed));
    const text = trace.map((step) => step.text).join('\n');
    if (!seen.has(text)) yield [seen.add(text).size, trace];
  }
}

/** The same numbers for the same seed: xorshift. */
function pickerOf(seed: number): (greatest: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return (greatest) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % (greatest + 1);
  };
}
