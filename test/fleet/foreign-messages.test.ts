// What others publish on the channels of a fleet and its queues: forged, malformed and newer messages.
import { controlChannel } from '@acktor/core/internal';
import { expect } from 'chai';
import { deflateSync } from 'node:zlib';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { readAnswer, readFleetRequest, readFleetEvent } from './fleet-inside.js';
import { FleetTrial } from './fleet-trial.js';

const eventLoop = { lagP50Ms: 1, lagP99Ms: 2.5, lagMaxMs: 3, blockedForMs: 0 };
const held = { jobId: 'a', jobName: 'note', attempt: 1, heldSinceMs: 1_000 };
const consumer = { consumer: 'notes-1', queue: 'notes', state: 'idle', inStateSinceMs: 1_000, held };
const counts = { acked: 1, retried: 0, requeued: 0, deadLettered: 0, leasesLost: 0, redelivered: 0 };
const step = { machineId: 'consumer', queue: 'notes', from: 'idle', to: 'fetching', count: 2, dwellMsTotal: 0.5 };
const actor = { actor: 'lamp', machineId: 'lamp', state: 'on', inStateSinceMs: 1_000 };
const changes = {
  state: 'running',
  consumers: [consumer],
  actors: [actor],
  gone: ['notes-2'],
  steps: [step],
  totals: [{ queue: 'notes', ...counts }],
};
const frame = { type: 'frame', workerId: 'host-1-a', sequence: 4, atMs: 2_000, eventLoop, changes };
const report = {
  workerId: 'host-1-a',
  host: 'host',
  pid: 1,
  version: '0.1.0',
  startedAtMs: 1,
  atMs: 2_000,
  state: 'running',
  consumers: [consumer],
  totals: [{ queue: 'notes', ...counts }],
  residentBytes: 1_000,
  machineIds: ['consumer'],
};
const answer = { type: 'report', ask: 'a-1', sequence: 4, eventLoop, report };

/** What the reader of each must refuse wherever it stands: nothing has these types. */
const misfits = [true, -1, 1e300, 'x'.repeat(70_000), [[]], { a: 1 }];
const hostile = [
  '',
  'null',
  '3',
  '"frame"',
  '[]',
  '{',
  '{"type":"__proto__"}',
  '{"__proto__":{"type":"joined","workerId":"a"}}',
  '{"type":"constructor","workerId":"a"}',
  '{"type":"teleported","workerId":"a"}',
  '{"type":"joined","workerId":"a b"}',
  '['.repeat(100_000),
  `{"type":"joined","workerId":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_001)}`,
  JSON.stringify({ ...frame, sequence: undefined }),
  JSON.stringify({ ...frame, atMs: 9e15 }),
  JSON.stringify(frame).replace('"lagP99Ms":2.5', '"lagP99Ms":1e999'),
];

describe('a message of the fleet', () => {
  it('is read whole, and what a newer version has more is left behind', () => {
    const news = readFleetEvent(JSON.stringify({ ...frame, newer: 1, changes: { ...changes, newer: [1] } }));
    expect(news).to.deep.equal({
      type: 'frame',
      frame: { ...changes, workerId: 'host-1-a', sequence: 4, atMs: 2_000, eventLoop },
    });
    expect(readAnswer(JSON.stringify(answer))).to.deep.equal({
      type: 'report',
      ask: 'a-1',
      sequence: 4,
      report: { ...report, eventLoop },
    });
    expect(readFleetRequest('{"type":"report","to":"a","ask":"b"}')).to.deep.equal({
      type: 'report',
      to: 'a',
      ask: 'b',
    });
  });

  it('is refused for any field of another type, at any depth', () => {
    for (const [message, read] of [
      [frame, readFleetEvent],
      [answer, readAnswer],
    ] as const) {
      for (const path of pathsIn(message)) {
        for (const misfit of misfits.filter((one) => !fits(path, one))) {
          const text = JSON.stringify(withValue(message, path, misfit));
          expect(read(text), `${path.join('.')} = ${JSON.stringify(misfit).slice(0, 40)}`).to.equal(undefined);
        }
      }
    }
  });

  it('is refused when it is hostile, by every reader', () => {
    for (const text of hostile)
      for (const read of [readFleetRequest, readFleetEvent, readAnswer])
        expect(read(text), text.slice(0, 60)).to.equal(undefined);
  });
});

describe('a fleet on whose channels anybody publishes', function () {
  this.timeout(30_000);
  let open: FleetTrial;
  beforeEach(async () => {
    open = await FleetTrial.open();
  });
  afterEach(() => open[Symbol.asyncDispose]());

  it('counts and drops what does not fit, and goes on', async () => {
    const worker = await open.trial.work([handlerOf(note, ({ data }) => ({ length: data.text.length }))]);
    const watch = await open.watch();
    using redis = await plainRedis(open.trial.url);
    const channels = await redis.pubsub('CHANNELS', `${open.trial.namespace}:fleet:*`);
    expect(channels).to.have.length(4);
    const monstrous = deflateSync('x'.repeat(40 * 1_024 * 1_024));
    let heard = 0;
    for (const channel of [...(channels as string[]), controlChannel(open.trial.namespace, 'notes')])
      for (const text of [...hostile, monstrous]) {
        const receivers = await redis.publish(channel, text);
        if (/:(news|answers)/.test(channel)) heard += receivers;
      }
    const receipt = await open.trial.producer.send(note, { text: 'four' });
    expect(await receipt.result()).to.deep.equal({ length: 4 });
    await watch.when(() => watch.count('processing.handling', 'acking.settling') === 1);
    expect(open.fleet.droppedMessages).to.equal(heard);
    const { facts } = await open.trial.log.said('were dropped');
    expect(facts).to.include({ worker: worker.id });
    expect((await watch.dropped.first()).total).to.equal(1);
    expect((await open.fleet.workers()).map(({ workerId }) => workerId)).to.deep.equal([worker.id]);
  });

  it('survives a watcher that throws, and says what it threw', async () => {
    await open.trial.work([handlerOf(note, () => ({ length: 0 }))]);
    const ending = new AbortController();
    const thrown = new Error('a fault of the watcher');
    const fail = () => {
      throw thrown;
    };
    const said = new Promise((resolve) => {
      const onDropped = ({ error }: { readonly error: unknown }) => resolve(error);
      const watcher = { onReport: fail, onFrame: fail, onGone: fail, onConnection: fail, onDropped };
      void open.fleet.watch(watcher, ending.signal);
    });
    expect(await said).to.equal(thrown);
    ending.abort();
  });
});

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, each]) =>
    pathsIn(each, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

function withValue(value: unknown, path: Path, replaced: unknown): unknown {
  const copy = structuredClone(value) as Record<string | number, unknown>;
  let at = copy;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string | number, unknown>;
  at[path.at(-1) ?? ''] = replaced;
  return copy;
}

/** An amount may be any number, as resident memory is. */
function fits(path: Path, value: unknown): boolean {
  const name = String(path.at(-1));
  return value === 1e300 && ['residentBytes', 'dwellMsTotal', ...Object.keys(eventLoop)].includes(name);
}
