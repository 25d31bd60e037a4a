// Many consumers, and browsers that are too slow.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { QueueDepth } from '@acktor/core/engine';
import { openTrial, type DashboardTrial } from './dashboard-trial.js';
import { LiveReader } from './live-reader.js';
import { workerReport } from './scripted-fleet.js';

const workers = ['one', 'two', 'three', 'four'];
const consumersOfEach = 250;

describe('a crowd before the dashboard', () => {
  it('sends a browser at most 200 KB a second of 1,000 consumers that change ten times a second', async function () {
    this.timeout(30_000);
    await using trial = await openTrial();
    trial.fleet.reports = workers.map((workerId) => workerReport(workerId, consumersOfEach));
    using browser = await LiveReader.open(trial.url, { 'accept-encoding': 'gzip' });
    await browser.frame(({ joined }) => joined.length === workers.length);
    using _ = atFullSpeed(trial);
    const first = await browser.frame(({ changes }) => changes.length > 0);
    const bytesBefore = browser.bytes;
    const last = await browser.frame(({ atMs }) => atMs >= first.atMs + 3_000);
    const kilobytesPerSecond = (browser.bytes - bytesBefore) / (last.atMs - first.atMs);
    expect(kilobytesPerSecond).to.be.at.most(200);
    const told = new Set(
      browser.heard.all.flatMap(({ event }) => ('frame' in event ? namesIn(event.frame.changes) : [])),
    );
    expect(told.size).to.equal(workers.length * consumersOfEach);
    const frames = browser.heard.all.filter(({ event }) => event.type === 'frame');
    expect(frames.length).to.be.at.most(10 * (last.atMs - first.atMs) * 0.001 + 12);
  });

  it('skips frames for a browser that takes none, and gives it a snapshot when it takes again', async function () {
    this.timeout(30_000);
    await using trial = await openTrial();
    trial.fleet.reports = workers.map((workerId) => workerReport(workerId, consumersOfEach));
    using awake = await LiveReader.open(trial.url);
    using asleep = await LiveReader.open(trial.url);
    await Promise.all([awake.snapshot(), asleep.snapshot()]);
    asleep.pause();
    using _ = atFullSpeed(trial);
    // The server sees that a browser does not read only when the system's buffers are full.
    const { sequence } = await awake.frame(({ changes }) => changes.length > 0);
    await awake.frame((frame) => frame.sequence >= sequence + 60);
    const heapBefore = process.memoryUsage().heapUsed;
    await awake.frame((frame) => frame.sequence >= sequence + 80);
    expect(process.memoryUsage().heapUsed - heapBefore).to.be.below(64 * 1_024 * 1_024);
    asleep.resume();
    const caughtUp = await asleep.snapshot((snapshot) => snapshot.sequence > sequence);
    await asleep.frame((frame) => frame.sequence > caughtUp.sequence);
    expect(sequencesOf(asleep)).to.deep.equal(sequencesOf(asleep).toSorted((one, other) => one - other));
    expect(sequencesOf(asleep).length).to.be.below(sequencesOf(awake).length);
  });
});

describe('ten thousand queues before the dashboard', () => {
  it('are sent as changes, so many a second, each in its turn', async function () {
    this.timeout(60_000);
    let looks = 0;
    const depths = () => {
      looks += 1;
      return Promise.resolve(Array.from({ length: QUEUES }, (_, at) => depthOf(`queue-${at}`, looks)));
    };
    await using trial = await openTrial({ queues: { queues: depths } });
    using browser = await LiveReader.open(trial.url);
    await browser.snapshot(({ queues }) => queues.length === QUEUES);
    const first = await browser.frame(({ queues = [] }) => queues.length > 0);
    const bytesBefore = browser.bytes;
    const last = await browser.frame(({ atMs }) => atMs >= first.atMs + 4_000);
    const kilobytesPerSecond = (browser.bytes - bytesBefore) / (last.atMs - first.atMs);
    expect(kilobytesPerSecond).to.be.below(600);
    const told = browser.heard.all.flatMap(({ event }) => ('frame' in event ? [event.frame.queues ?? []] : []));
    for (const queues of told) expect(queues.length).to.be.at.most(1_100);
    const names = told.flat().map(({ queue }) => queue);
    expect(new Set(names).size).to.be.above(2_000);
  });
});

const QUEUES = 10_000;

function depthOf(queue: string, waiting: number): QueueDepth {
  const none = {
    isPaused: false,
    waitingForChildren: 0,
    delayed: 0,
    active: 0,
    acked: 0,
    deadLetters: 0,
    nextDueAtMs: undefined,
  };
  return { ...none, queue, waiting, oldestWaitingAtMs: 1_000, readAtMs: Date.now() };
}

/** Every consumer changes its state and its job, ten times a second, until disposed of. */
function atFullSpeed({ fleet }: DashboardTrial): Disposable {
  const timer = setInterval(() => {
    const nowMs = Date.now();
    for (const { workerId, consumers } of fleet.reports) {
      const changed = consumers.map((consumer) => ({
        ...consumer,
        state: 'processing.handling',
        inStateSinceMs: nowMs,
        held: { jobId: randomUUID(), jobName: 'charge-card', attempt: 1, heldSinceMs: nowMs },
      }));
      fleet.publish({ workerId, consumers: changed });
    }
  }, 100);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function namesIn(changes: readonly { workerId: string; consumers: readonly { consumer: string }[] }[]): string[] {
  return changes.flatMap(({ workerId, consumers }) => consumers.map(({ consumer }) => `${workerId} ${consumer}`));
}

function sequencesOf({ heard }: LiveReader): readonly number[] {
  return heard.all.flatMap(({ event }) => ('frame' in event ? [event.frame.sequence] : []));
}
