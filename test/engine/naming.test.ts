// Who names an engine, and what becomes of it in threads and other processes.
import { connectFleet, EngineModuleError, EngineNotPortableError, importEngine } from '@acktor/core/engine';
import { BrokerUnreachableError, Operator, OptionsError, Producer, redisEngine } from '@acktor/core';
import { Supervisor } from '@acktor/cli';
import { HeartbeatError, Worker } from '@acktor/worker';
import { expect } from 'chai';
import { inspect } from 'node:util';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { taskFile, TaskTrial } from '../supervisor/task-trial.js';
import { crossingEngine } from './crossing-engine.js';
import { listEngine } from './list-engine.js';

const measure = handlerOf(note, ({ data }) => ({ length: data.text.length }));
const quiet = { handleSignals: false, logger: new LogRecorder() };
const here = new URL('crossing-engine.js', import.meta.url).href;

describe('the option engine', function () {
  this.timeout(30_000);

  const redis = 'redis://127.0.0.1:1';
  const doors = {
    'Producer.connect': () => Producer.connect({ engine: listEngine(), redis }),
    'Operator.connect': () => Operator.connect({ engine: listEngine(), redis }),
    connectFleet: () => connectFleet({ engine: listEngine(), redis }),
    'Worker.start': () => Worker.start({ engine: listEngine(), redis, handlers: [measure], ...quiet }),
    'Supervisor.start': () => Supervisor.start({ engine: listEngine(), redis, files: [taskFile], ...quiet }),
  };
  for (const [door, open] of Object.entries(doors)) {
    it(`is not taken by ${door} together with redis`, async () => {
      const { faults } = await rejection<OptionsError>(open(), OptionsError);
      expect(faults.map(({ option }) => option)).to.deep.equal(['redis']);
      expect(faults[0]?.message).to.equal(
        'expected redis to be left out, for the option engine says where the queues are (give it to the engine: redisEngine({ redis }))',
      );
    });
  }

  it('is not taken together with any option of the default engine, given as that may be', async () => {
    const opening = Producer.connect({ engine: listEngine(), embedded: false, durability: 'require' });
    const { faults } = await rejection(opening, OptionsError);
    expect(faults.map(({ option }) => option)).to.deep.equal(['embedded', 'durability']);
  });

  it('is an engine', async () => {
    const opening = Producer.connect({ engine: { name: 'half' } as never });
    expect((await rejection(opening, OptionsError)).message).to.contain('expected engine to be an engine, such as');
  });

  it('names a Redis with options that only its engine has', async () => {
    const engine = redisEngine({ redis: redisUrl(), fastPath: false });
    const namespace = freshNamespace();
    await using producer = await Producer.connect({ engine, namespace });
    await using worker = await Worker.start({ engine, namespace, handlers: [measure], ...quiet });
    const receipt = await producer.send(note, { text: 'hello' });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    await using fleet = await connectFleet({ engine, namespace });
    expect((await fleet.workers()).map(({ workerId }) => workerId)).to.deep.equal([worker.id]);
    await using operator = await Operator.connect({ engine, namespace });
    expect((await operator.queues()).map(({ queue }) => queue)).to.deep.equal(['notes']);
    expect(operator.address).to.equal(producer.address);
  });

  it('shows no password, however it is printed', () => {
    const engine = redisEngine({ redis: 'redis://:hunter2@host' });
    expect(`${JSON.stringify(engine)} ${inspect(engine, { depth: 9, showHidden: true })}`).not.to.contain('hunter2');
  });
});

describe('an engine that is named as a module', function () {
  this.timeout(60_000);

  it('is made anew by the heartbeat of a worker, which is seen by it', async () => {
    const engine = crossingEngine({ redis: redisUrl(), mark: 'wrapped' });
    const namespace = freshNamespace();
    await using worker = await Worker.start({ engine, namespace, handlers: [measure], ...quiet });
    await using fleet = await connectFleet({ redis: redisUrl(), namespace });
    expect((await fleet.workers()).map(({ workerId }) => workerId)).to.deep.equal([worker.id]);
  });

  it('fails the start of a worker at once when its module does not make one', async () => {
    const engine = crossingEngine({ redis: redisUrl(), mark: 'wrapped' });
    const broken = {
      ...engine,
      openBroker: async (opening: Parameters<typeof engine.openBroker>[0]) => ({
        ...(await engine.openBroker(opening)),
        module: { url: here, exportName: 'missing', options: {} },
      }),
    };
    const starting = Worker.start({ engine: broken, namespace: freshNamespace(), handlers: [measure], ...quiet });
    expect((await rejection(starting, HeartbeatError)).message).to.contain('it exports no function missing');
  });

  it('is made anew by the processes of a supervisor', async () => {
    await using trial = await TaskTrial.open();
    const engine = crossingEngine({ redis: trial.url, mark: 'wrapped' });
    const { namespace } = trial;
    await using supervisor = await Supervisor.start({ engine, namespace, files: [taskFile], processes: 1, ...quiet });
    expect((await supervisor.states()).map(({ state }) => state)).to.deep.equal(['running']);
    await (await trial.send()).result({ timeoutMs: 20_000 });
  });

  it('is asked for by a supervisor, whose processes could not make another', async () => {
    const starting = Supervisor.start({ engine: listEngine(), files: [taskFile], ...quiet });
    const error = await rejection(starting, EngineNotPortableError);
    expect(error.message).to.match(
      /^expected a supervisor to get an engine that its processes can make, too, but lists/,
    );
  });

  it('says which module makes none, and why', async () => {
    const complaint = async (module: { readonly url: string; readonly exportName: string }) =>
      (await rejection(importEngine({ ...module, options: {} }), EngineModuleError)).message;
    expect(await complaint({ url: here, exportName: 'notAnEngine' })).to.contain(
      'what its export notAnEngine answers is no engine',
    );
    expect(await complaint({ url: `${here}.gone`, exportName: 'x' })).to.contain('it failed (');
  });

  it('is reached in time, or the start of its worker fails as any does', async () => {
    const engine = redisEngine({ redis: 'redis://127.0.0.1:1' });
    const starting = Worker.start({ engine, connectTimeoutMs: 200, handlers: [measure], ...quiet });
    await rejection(starting, BrokerUnreachableError);
  });
});
