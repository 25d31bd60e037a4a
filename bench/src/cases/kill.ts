// How long the job of a killed worker is away: from the SIGKILL to the start of its redelivery.
import { connectBroker, RedisAddress } from '@acktor/core/internal';
import type { Figures } from '../measuring/metric.js';
import { percentile } from '../measuring/median.js';
import { QUEUE, queuesFor, nowMicros } from '../subjects/peer.js';
import type { SubjectName } from '../subjects/subjects.js';
import type { Bench, BenchCase } from './bench-case.js';
import { setTimeout as pause } from 'node:timers/promises';
import { fillQueue } from './filling.js';
import type { SubjectProcess } from '../subjects/subject-process.js';

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
  const { releaseDead, close } = await openReleaseDead(bench);
  try {
    const samples = await killThrough(subject, bench, { kills, releaseDead });
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
  return figuresOf(await killThrough(subject, bench, { kills }));
}

interface Killing {
  readonly kills: number;
  readonly releaseDead?: ReleaseDead;
}

/** Ten kills at a time: more processes would take long to start, and fewer would be started too often. */
async function killThrough(
  subject: SubjectName,
  bench: Bench,
  { kills, releaseDead }: Killing,
): Promise<readonly number[]> {
  const samples: number[] = [];
  while (samples.length < kills) {
    await bench.server.clear();
    const series = await KillSeries.begin(subject, bench, {
      queue: QUEUE,
      kills: Math.min(KILLS_AT_A_TIME, kills - samples.length),
    });
    samples.push(...(await series.run(releaseDead)));
    bench.log(`kill: ${subject}${releaseDead ? ', exit reported' : ''}: ${samples.length}/${kills}`);
  }
  return samples;
}

const KILLS_AT_A_TIME = 10;

/**
 * For a peer that takes a minute for each: all kills at once, each on a queue of its own. They are spread over the half minute in which
 * BullMQ looks for stalled jobs once, for when the kill falls in it decides how long the job is away.
 */
async function killAtOnce(subject: SubjectName, bench: Bench, kills: number): Promise<Figures> {
  const all = await Promise.all(queuesFor(kills).map((queue) => KillSeries.begin(subject, bench, { queue, kills: 1 })));
  const run = (one: KillSeries, index: number) => one.run(undefined, (index * STALLED_INTERVAL_MS) / kills);
  return figuresOf((await Promise.all(all.map(run))).flat());
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
async function openReleaseDead({
  redis,
}: Bench): Promise<{ readonly releaseDead: ReleaseDead; readonly close: () => Promise<void> }> {
  const connected = await connectBroker({
    redis: RedisAddress.ofSocket(redis.address).revealUrl(),
    namespace: 'bull',
    durability: 'require',
    connectTimeoutMs: 5_000,
    name: 'bench-supervisor',
  });
  return {
    releaseDead: async (process) =>
      (await connected.broker.releaseDead(QUEUE, { process, deliveryLimit: DELIVERY_LIMIT })).returned,
    close: () => connected.close(),
  };
}

const DELIVERY_LIMIT = 20;

export interface KillSeriesOptions {
  readonly queue: string;
  readonly kills: number;
}

/** Releases what a worker held, by its name: its process is gone. */
export type ReleaseDead = (workerId: string) => Promise<unknown>;

interface Holder {
  readonly worker: HoldingWorker;
  readonly atMicros: number;
}

interface HoldingWorker {
  readonly process: SubjectProcess;
  readonly id: string | undefined;
}

/** All workers are started ahead: starting one takes more of the machine than all that is measured here. */
export class KillSeries {
  readonly #waiting: Set<HoldingWorker>;
  #holder: Holder;

  private constructor(waiting: Set<HoldingWorker>, holder: Holder) {
    this.#waiting = waiting;
    this.#holder = holder;
  }

  /** Resolves when the workers, one more than there will be kills, are there, and one of them holds the job. */
  static async begin(subject: SubjectName, bench: Bench, { queue, kills }: KillSeriesOptions): Promise<KillSeries> {
    const started = Array.from({ length: kills + 1 }, () => bench.start(subject, { kind: 'hold', queue }));
    const workers = await Promise.all(started.map(async (process) => ({ process, id: await process.ready() })));
    const waiting = new Set(workers);
    await fillQueue(subject, bench, { jobs: 1, queue });
    return new KillSeries(waiting, await nextOf(waiting));
  }

  /** Resolves with how long, in ms, the job was away after each kill. The workers are gone then. */
  async run(releaseDead?: ReleaseDead, delayMs = 0): Promise<readonly number[]> {
    await pause(delayMs);
    const awayMs: number[] = [];
    while (this.#waiting.size > 0) {
      await pause(phaseMs(awayMs.length));
      awayMs.push(await this.#kill(releaseDead));
    }
    await this.#holder.worker.process.end();
    return awayMs;
  }

  async #kill(releaseDead: ReleaseDead | undefined): Promise<number> {
    const { process, id } = this.#holder.worker;
    const next = nextOf(this.#waiting);
    const killedAtMicros = nowMicros();
    const gone = process.end();
    const released = releaseDead && id !== undefined ? gone.then(() => releaseDead(id)) : gone;
    this.#holder = await next;
    await released;
    return (this.#holder.atMicros - killedAtMicros) / 1_000;
  }
}

/** The one of them that has the job next: it waits no more. */
async function nextOf(waiting: Set<HoldingWorker>): Promise<Holder> {
  const starts = [...waiting].map(async (worker) => ({ worker, atMicros: await worker.process.started() }));
  const holder = await Promise.race(starts);
  waiting.delete(holder.worker);
  return holder;
}

/**
 * Spread evenly over what is looked at ten times a second. Killed as soon as it has the job, a worker would always die right
 * after such a look.
 */
function phaseMs(kill: number): number {
  return 200 + ((kill * GOLDEN_RATIO) % 1) * 100;
}

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
