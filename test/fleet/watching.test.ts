import { connectFleet, type ConnectedFleet, type WorkerReport } from '@acktor/core/engine';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { handlerOf } from '../handler/handler-of.js';
import { until } from '../signals/until.js';
import type { WorkerTrial } from '../worker/worker-trial.js';
import { FleetRecorder } from './fleet-recorder.js';
import { FleetTrial } from './fleet-trial.js';

describe('watching a fleet', () => {
  let open: FleetTrial;
  beforeEach(async () => {
    open = await FleetTrial.open();
  });
  afterEach(() => open[Symbol.asyncDispose]());

  it('counts every step of every consumer, those of the busy loop as well', async () => {
    await Promise.all([1, 2].map(() => open.child('measures', { consumers: 5 })));
    const watch = await open.watch(2);
    await handleNotes(open.trial, 600);
    await watch.when(() => acked(watch) === 600);
    expect(watch.count('processing.handling', 'acking.settling')).to.equal(600);
    expect(watch.count('acking.settling', 'processing.handling'), 'the learned step').to.be.greaterThan(400);
    const [fetched, brought] = [
      watch.count('fetching', 'processing.handling'),
      watch.count('acking.settling', 'processing.handling'),
    ];
    expect(fetched + brought).to.equal(600);
    expect(brought + watch.count('acking.settling', 'idle')).to.equal(600);
  });

  it('tells how long a state had lasted', async () => {
    await open.child('blocks');
    const watch = await open.watch();
    await (await open.trial.producer.send(note, { text: '200' })).result();
    await watch.when(() => watch.count('processing.handling', 'acking.settling') === 1);
    expect(watch.dwellMs('processing.handling', 'acking.settling')).to.be.within(200, 2_000);
  });

  it('lets a consumer that asked its queue in vain go on being idle', async () => {
    await Promise.all([open.child('measures', { consumers: 1 }), open.child('measures', { consumers: 1 })]);
    const watch = await open.watch();
    const firsts = await allIdle(open.fleet);
    await handleNotes(open.trial, 1);
    await watch.when(() => watch.count('fetching', 'idle') > 0 && acked(watch) === 1);
    const [rested] = (await allIdle(open.fleet)).filter(({ totals }) => totals.every((of) => of.acked === 0));
    const before = firsts.find(({ workerId }) => workerId === rested?.workerId);
    expect(rested?.consumers[0]).to.deep.equal(before?.consumers[0]);
  });

  it('ends where the fleet does: frames applied to the first report give what a fresh report says', async () => {
    await open.child('measures', { consumers: 5 });
    const watch = await open.watch();
    await handleNotes(open.trial, 100);
    await watch.when(() => acked(watch) === 100 && statesIn(watch).every((state) => state === 'idle'));
    const [fresh] = await open.fleet.workers();
    expect(fresh?.consumers.map(({ state }) => state)).to.deep.equal(statesIn(watch));
    expect(fresh?.totals).to.deep.equal(watch.frames.all.flatMap(({ totals }) => totals).slice(-1));
  });

  it('shows a late watcher a report first, and frames that follow it without a gap', async () => {
    await open.child('measures', { consumers: 3 });
    const early = await open.watch();
    await early.frames.upTo(2);
    await using other = await connectFleet({ redis: open.trial.url, namespace: open.trial.namespace });
    using late = new FleetRecorder(other);
    await late.frames.upTo(3);
    expect(late.order[0]).to.match(/^report/);
    const [first, ...rest] = late.frames.all.map(({ sequence }) => sequence);
    expect(rest).to.deep.equal(rest.map((_, i) => (first ?? 0) + i + 1));
    expect(early.reports.all, 'nobody else is bothered').to.have.length(1);
    await late.stop();
  });

  it('shows a process that joins, and one that takes its leave', async () => {
    const watch = new FleetRecorder(open.fleet);
    const child = await open.child('measures');
    const { workerId } = await watch.reports.first();
    child.signal('SIGTERM');
    expect(await watch.gone.first()).to.deep.equal({ workerId, how: 'left' });
    await watch.stop();
  });

  it('hears all that a process did, to its last step, before it takes its leave', async () => {
    const worker = await open.trial.work([handlerOf(note, () => ({ length: 0 }))], { consumers: 3 });
    const watch = await open.watch();
    await handleNotes(open.trial, 3_000);
    await watch.when(() => acked(watch) > 0);
    const closing = worker.close();
    await watch.gone.first();
    await closing;
    await using queue = open.trial.queue('notes');
    const done = await queue.getCompletedCount();
    expect(watch.count('processing.handling', 'acking.settling')).to.equal(done).and.be.greaterThan(0);
    expect(acked(watch)).to.equal(done);
  });

  it('says that a killed process has died, within a second and a half', async () => {
    const child = await open.child('measures');
    const watch = await open.watch();
    const { workerId } = await watch.reports.first();
    const killedAtMs = Date.now();
    child.signal('SIGKILL');
    expect(await watch.gone.first()).to.deep.equal({ workerId, how: 'died' });
    expect(Date.now() - killedAtMs).to.be.lessThan(1_500);
  });

  it('goes on saying that a process whose main thread is blocked is there', async () => {
    await open.child('blocks');
    const watch = await open.watch();
    const receipt = await open.trial.producer.send(note, { text: '3000' });
    await watch.frames.first(({ eventLoop }) => eventLoop.blockedForMs > 1_500);
    await receipt.result();
    expect(watch.gone.all).to.deep.equal([]);
  });

  it('lets the workers fall silent within ten seconds of the last watcher', async function () {
    this.timeout(40_000);
    using ear = await plainRedis(open.trial.url);
    let spokenAtMs = 0;
    ear.on('message', () => (spokenAtMs = Date.now()));
    await ear.subscribe(`${open.trial.namespace}:fleet:news`);
    await open.child('measures');
    const watch = await open.watch();
    await watch.frames.upTo(3);
    await watch.stop();
    const endedAtMs = Date.now();
    await silence(() => spokenAtMs, 2_000);
    expect(spokenAtMs - endedAtMs).to.be.within(3_000, 11_000);
  });

  it('loses nobody, and shows all anew, when the server restarts', async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    await using away = await FleetTrial.open(server.url);
    await away.trial.work([handlerOf(note, () => ({ length: 0 }))]);
    const watch = await away.watch();
    await server.kill();
    await watch.connection.first((state) => state === 'away');
    await server.restart();
    await watch.connection.first((state) => state === 'back');
    await watch.reports.upTo(2);
    const before = watch.frames.all.length;
    await watch.frames.upTo(before + 4);
    expect(watch.gone.all).to.deep.equal([]);
  });

  it('costs the fleet nothing when a watcher does not read what it is sent', async () => {
    await open.child('measures', { consumers: 20 });
    using deaf = await plainRedis(open.trial.url);
    await deaf.subscribe(`${open.trial.namespace}:fleet:news`);
    deaf.stream.pause();
    const watch = await open.watch();
    await handleNotes(open.trial, 2_000);
    await watch.when(() => acked(watch) === 2_000);
  });
});

/** Sends so many notes and waits until all are acked. */
async function handleNotes({ producer }: WorkerTrial, count: number): Promise<void> {
  const notes = Array.from({ length: count }, (_, n) => ({ text: String(n) }));
  await producer.sendBulk(note, notes);
}

/** What the workers report once every consumer is idle: one that has just started asks its queue first. */
async function allIdle(fleet: ConnectedFleet): Promise<readonly WorkerReport[]> {
  let reports: readonly WorkerReport[] = [];
  await until('every consumer is idle', async () => {
    reports = await fleet.workers();
    return reports.every(({ consumers }) => consumers.every(({ state }) => state === 'idle'));
  });
  return reports;
}

function acked({ frames }: FleetRecorder): number {
  const last = new Map(frames.all.flatMap(({ workerId, totals }) => totals.map((of) => [workerId, of.acked] as const)));
  return [...last.values()].reduce((sum, count) => sum + count, 0);
}

/** The states of the first worker's consumers, by its report and the frames since. */
function statesIn({ reports, frames }: FleetRecorder): readonly string[] {
  const consumers = [...(reports.all[0]?.consumers ?? []), ...frames.all.flatMap((frame) => frame.consumers)];
  return [...new Map(consumers.map(({ consumer, state }) => [consumer, state])).values()];
}

/** Resolves when nothing was said for so long. */
function silence(lastAtMs: () => number, forMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (Date.now() - lastAtMs() < forMs) return;
      clearInterval(timer);
      resolve();
    }, 50);
  });
}
