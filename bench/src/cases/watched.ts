// What it costs to watch every transition of every consumer.
import { connectFleet, type ConnectedFleet, type TransitionCount } from '@acktor/core/engine';
import { RedisAddress } from '@acktor/core/internal';
import type { SubjectName } from '../subjects/subjects.js';
import type { Bench, BenchCase } from './bench-case.js';
import { runFifty, warmUpJobsFor } from './throughput.js';

export const watchedCase: BenchCase = {
  name: 'watched',
  about: '50 consumers at full speed, alone and with a watcher of the fleet; every step must have been counted',
  peers: [],
  isLeftOutOfQuick: true,
  run: async (subject, bench) => {
    // In this order a machine that grows slower or faster meanwhile counts for both.
    const rates = [
      await runAlone(subject, bench),
      await runWatched(subject, bench),
      await runWatched(subject, bench),
      await runAlone(subject, bench),
    ] as const;
    return { watched_share: (rates[1] + rates[2]) / (rates[0] + rates[3]) };
  },
};

async function runAlone(subject: SubjectName, bench: Bench): Promise<number> {
  await bench.server.clear();
  const { jobs_per_s = Number.NaN } = await runFifty(JOBS, subject, bench);
  return jobs_per_s;
}

async function runWatched(subject: SubjectName, bench: Bench): Promise<number> {
  await using fleet = await connectFleet({ redis: RedisAddress.ofSocket(bench.redis.address).revealUrl() });
  const watch = countAcks(fleet);
  const jobsPerSecond = await runAlone(subject, bench);
  const counted = await watch.end();
  if (counted !== ALL_JOBS) throw new Error(`expected the watcher to count ${ALL_JOBS} acks, got ${counted}`);
  return jobsPerSecond;
}

/** The acks before the worker was watched, by its report, and the steps that an ack is from then on. */
function countAcks(fleet: ConnectedFleet): { readonly end: () => Promise<number> } {
  let acks = 0;
  const ending = new AbortController();
  const watching = fleet.watch(
    {
      onReport: ({ totals }) => (acks = sum(totals.map(({ acked }) => acked))),
      onFrame: ({ steps }) => (acks += sum(steps.filter(isAck).map(({ count }) => count))),
      onGone: () => undefined,
      onConnection: () => undefined,
    },
    ending.signal,
  );
  return {
    end: async () => {
      ending.abort();
      await watching;
      return acks;
    },
  };
}

function isAck({ from }: TransitionCount): boolean {
  return from === 'acking.settling';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Long enough that the begin of a watch, and of the code for it, is a small part. */
const JOBS = 60_000;
/** With those of the warm-up. */
const ALL_JOBS = JOBS + warmUpJobsFor(JOBS);
