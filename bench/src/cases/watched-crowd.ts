// What the dashboard shows, and how late, while all consumers work.
import { setTimeout as pause } from 'node:timers/promises';
import { RedisAddress } from '@acktor/core/internal';
import { Dashboard } from '@acktor/dashboard';
import { Crowd, jobsPerSecond } from './crowd.js';
import type { Figures } from '../measuring/metric.js';
import { percentile } from '../measuring/median.js';
import { nowMicros, QUEUE } from '../subjects/peer.js';
import type { SubjectName } from '../subjects/subjects.js';
import { acksAtMicros, viewLagsMs, type Sight } from '../view/view-lag.js';
import { WatchedPage } from '../view/watched-page.js';
import type { Bench, BenchCase } from './bench-case.js';

export const watchedCrowdCase: BenchCase = {
  name: 'watched-1000',
  about:
    'the dashboard in a browser while 1,000 consumers in 10 processes work at full speed; at rest it must show every ack',
  peers: [],
  mostRounds: 3,
  isLeftOutOfQuick: true,
  run: watchCrowd,
};

async function watchCrowd(subject: SubjectName, bench: Bench): Promise<Figures> {
  const queues = Array.from({ length: PROCESSES }, () => QUEUE);
  const consumers = CONSUMERS / PROCESSES;
  const crowd = await Crowd.gather(subject, bench, { queues, consumers, jobs: JOBS, isMixed: false });
  const redis = RedisAddress.ofSocket(bench.redis.address).revealUrl();
  await using dashboard = await Dashboard.start({ redis, port: 0, trustMachine: true, logger: silence });
  await using view = await WatchedPage.open(dashboard.url);
  crowd.begin();
  await view.says(`${PROCESSES} processes · ${CONSUMERS.toLocaleString('en')} consumers`);
  const seen = await watchFor(WINDOW_MS, view);
  await requireWork(bench);
  await crowd.finished();
  await view.counts(JOBS);
  await view.has(CONSUMERS, 'idle');
  const tallies = await crowd.leave();
  const acks = tallies.flatMap(({ beginsAtMicros }) => acksAtMicros(beginsAtMicros, consumers));
  const lagsMs = viewLagsMs(
    seen.sights,
    acks.toSorted((one, other) => one - other),
  );
  return {
    jobs_per_s: jobsPerSecond(tallies),
    view_lag_ms_p50: percentile(lagsMs, 0.5),
    view_lag_ms_p95: percentile(lagsMs, 0.95),
    view_kb_per_s: seen.bytes / seen.ms,
    view_frames_per_s: (seen.sights.length * 1_000) / seen.ms,
  };
}

async function requireWork({ server }: Bench): Promise<void> {
  if ((await server.unfinished([QUEUE])) > 0) return;
  throw new Error(`expected ${JOBS} jobs to last for ${WINDOW_MS} ms of watching: this machine needs more of them`);
}

interface Seen {
  readonly ms: number;
  readonly bytes: number;
  readonly sights: readonly Sight[];
}

async function watchFor(ms: number, view: WatchedPage): Promise<Seen> {
  const startedAtMicros = nowMicros();
  const bytesBefore = view.receivedBytes;
  await view.beginSights();
  await pause(ms);
  const sights = await view.takeSights();
  return { ms: (nowMicros() - startedAtMicros) / 1_000, bytes: view.receivedBytes - bytesBefore, sights };
}

const silence = { info: () => undefined, warn: () => undefined, error: () => undefined };

const CONSUMERS = 1_000;
const PROCESSES = 10;
/** More than two cores work off while they are watched. */
const JOBS = 200_000;
const WINDOW_MS = 10_000;
