// Traces of the specification on real engines, step by step: what the model shows of the protocol holds for what runs.
import { randomUUID } from 'node:crypto';
import { redisEngine } from '@acktor/core';
import type { Engine } from '@acktor/core/engine';
import { memoryEngine } from '@acktor/testing';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { redisUrl } from '../real-redis/real-redis.js';
import { until } from '../signals/until.js';
import { FailingPair } from './failing-pair.js';
import { Lane, type Ground } from './lane.js';
import { randomTraces, type NumberedTrace } from './random-traces.js';
import { allRulesBut } from './search.js';

/** All of them: `ACKTOR_PROTOCOL_TRACES=10000 ACKTOR_PROTOCOL_SERVER_FAULTS=200 npm test -- test/protocol`. */
const TRACES = Number(process.env.ACKTOR_PROTOCOL_TRACES ?? 400);
const SERVER_FAULTS = Number(process.env.ACKTOR_PROTOCOL_SERVER_FAULTS ?? 20);
const LANES = 16;
/** Each has servers of its own. */
const FAILING_LANES = 4;
const JOBS = ['a', 'b'];
const SCOPE = { jobs: JOBS, faults: 2, on: allRulesBut() };

describe("the protocol's traces", function () {
  this.timeout(120_000 + TRACES * 100 + SERVER_FAULTS * 5_000);

  it('are those of Redis', async () => {
    using client = await plainRedis();
    const namespace = `protocol-${randomUUID()}`;
    const traces = randomTraces(TRACES, { ...SCOPE, hasServerFaults: false });
    await runAll(LANES, traces, () =>
      openGround(redisEngine({ redis: redisUrl() }), {
        namespace,
        freeTurn: async (queue) => void (await client.del(`${namespace}:${queue}:acktor:turn`)),
        isSeen: (process, isThere) =>
          until(`${process} is ${isThere ? 'there' : 'gone'}`, async () => {
            const channels = await client.pubsub('SHARDCHANNELS', `*${process}`);
            return channels.length > 0 === isThere;
          }),
      }),
    );
  });

  it('are those of Redis that forgets its last changes, in a restart or by a replica that lags', async () => {
    const traces = randomTraces(SERVER_FAULTS, { ...SCOPE, hasServerFaults: true }, (trace) =>
      trace.some(({ event }) => event && 'restart' in event && event.back > 0),
    );
    await runAll(FAILING_LANES, traces, failingGround);
  });

  it('are those of the memory engine', async () => {
    const done = () => Promise.resolve();
    const traces = randomTraces(TRACES, { ...SCOPE, hasServerFaults: false });
    await runAll(LANES, traces, () =>
      openGround(memoryEngine(), { namespace: 'protocol', freeTurn: done, isSeen: done }),
    );
  });
});

type OpenGround = Ground & AsyncDisposable;

/** Shares the traces out to lanes, each on a ground of its own. */
async function runAll(lanes: number, traces: Generator<NumberedTrace>, open: () => Promise<OpenGround>): Promise<void> {
  const runNext = async (_: unknown, number: number) => {
    await using ground = await open();
    const lane = new Lane(ground, `lane-${number}`);
    try {
      for (const [i, trace] of traces) await lane.run(`trace${i}-`, JOBS, trace);
    } finally {
      await lane.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, runNext));
}

async function openGround(engine: Engine, aids: Omit<Ground, 'engine' | 'broker'>): Promise<OpenGround> {
  const { namespace } = aids;
  const opening = { namespace, name: 'protocol', connectTimeoutMs: 30_000, ackedAgeSeconds: 3_600, ackedCount: 1_000 };
  const connected = await engine.openBroker(opening);
  const { broker } = connected;
  return { ...aids, engine, broker, [Symbol.asyncDispose]: () => connected.close() };
}

async function failingGround(): Promise<OpenGround> {
  const namespace = `protocol-${randomUUID()}`;
  const servers = await FailingPair.start(namespace);
  try {
    const ground = await openGround(redisEngine({ redis: servers.url }), {
      namespace,
      servers,
      freeTurn: async (queue) => void (await servers.ask('DEL', `${namespace}:${queue}:acktor:turn`)),
      isSeen: (process, isThere) =>
        until(`${process} is ${isThere ? 'there' : 'gone'}`, async () => {
          const channels = (await servers.ask('PUBSUB', 'SHARDCHANNELS', `*${process}`)) as readonly string[];
          return channels.length > 0 === isThere;
        }),
    });
    return {
      ...ground,
      async [Symbol.asyncDispose]() {
        await ground[Symbol.asyncDispose]();
        await servers[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await servers[Symbol.asyncDispose]();
    throw error;
  }
}
