// How long the job of a killed worker is away: from the SIGKILL to the start of its redelivery.
import { connectBroker, RedisAddress } from '@acktor/core/internal';
import { March, type Undertaker } from '../killing/march.js';
import type { Figures } from '../measuring/metric.js';
import { percentile } from '../statistics/median.js';
import { QUEUE, queuesFor } from '../subjects/peer.js';
import type { SubjectName } from '../subjects/subjects.js';
import type { Bench, BenchCase } from './bench-case.js';

export const killCase: BenchCase = {
  name: 'kill',
  about:
    'SIGKILL of a worker that holds a job: 200 of Acktor, 200 beneath a parent that reports the exit, 8 of BullMQ, 50 of RabbitMQ',
  peers: ['bullmq', 'rabbitmq'],
  mostRounds: 1,
  isLeftOutOfQuick: true,
  run: (subject, bench) => {
    if (subject === 'bullmq') return killAtOnce(subject, bench, bench.isQuick ? 2 : 8);
    if (subject === 'rabbitmq') return killInTurn(subject, bench, bench.isQuick ? 10 : 50);
    return killActor(subject, bench, bench.isQuick ? 20 : 200);
  },
};

async function killActor(subject: SubjectName, bench: Bench, kills: number): Promise<Figures> {
  const alone = await killInTurn(subject, bench, kills);
  const { releaseDead, close } = await undertaker(bench);
  try {
    const samples = await marchThrough(subject, bench, { kills, releaseDead });
    return {
      ...alone,
      reported_ms_p50: percentile(samples, 0.5),
      reported_ms_p99: percentile(samples, 0.99),
      reported_ms_max: percentile(samples, 1),
    };
  } finally {
    await close();
  }
}

async function killInTurn(subject: SubjectName, bench: Bench, kills: number): Promise<Figures> {
  return figuresOf(await marchThrough(subject, bench, { kills }));
}

interface Killing {
  readonly kills: number;
  readonly releaseDead?: Undertaker;
}

/** Ten kills at a time: more processes would take long to start, and fewer would be started too often. */
async function marchThrough(
  subject: SubjectName,
  bench: Bench,
  { kills, releaseDead }: Killing,
): Promise<readonly number[]> {
  const samples: number[] = [];
  while (samples.length < kills) {
    await bench.server.clear();
    const march = await March.begin(subject, bench, {
      queue: QUEUE,
      kills: Math.min(KILLS_AT_A_TIME, kills - samples.length),
    });
    samples.push(...(await march.run(releaseDead)));
    bench.tell(`kill: ${subject}${releaseDead ? ', exit reported' : ''}: ${samples.length}/${kills}`);
  }
  return samples;
}

const KILLS_AT_A_TIME = 10;

/**
 * For who takes a minute for each: all kills at once, each on a queue of its own. They are spread over the half minute in which
 * BullMQ looks for stalled jobs once, for when the kill falls in it decides how long the job is away.
 */
async function killAtOnce(subject: SubjectName, bench: Bench, kills: number): Promise<Figures> {
  const marches = await Promise.all(queuesFor(kills).map((queue) => March.begin(subject, bench, { queue, kills: 1 })));
  const run = (march: March, index: number) => march.run(undefined, (index * STALLED_INTERVAL_MS) / kills);
  return figuresOf((await Promise.all(marches.map(run))).flat());
}

const STALLED_INTERVAL_MS = 30_000;

function figuresOf(samples: readonly number[]): Figures {
  return {
    redelivery_ms_p50: percentile(samples, 0.5),
    redelivery_ms_p99: percentile(samples, 0.99),
    redelivery_ms_max: percentile(samples, 1),
    kills: samples.length,
  };
}

/** What a supervisor does when it sees a worker exit, from this process. */
async function undertaker({
  redis,
}: Bench): Promise<{ readonly releaseDead: Undertaker; readonly close: () => Promise<void> }> {
  const connected = await connectBroker({
    redis: RedisAddress.ofSocket(redis.address).revealUrl(),
    namespace: 'bull',
    durability: 'require',
    connectTimeoutMs: 5_000,
    ackedAgeSeconds: 3_600,
    ackedCount: 10_000,
    name: 'bench-supervisor',
  });
  return {
    releaseDead: async (process) =>
      (await connected.broker.releaseDead(QUEUE, { process, deliveryLimit: DELIVERY_LIMIT })).returned,
    close: () => connected.close(),
  };
}

const DELIVERY_LIMIT = 20;
