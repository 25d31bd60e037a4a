import { BrokerUnreachableError, NotDurableError, OptionsError, ServerTooOldError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import {
  DuplicateHandlerError,
  handles,
  NotAHandlerError,
  UnresolvableParameterError,
  Worker,
  type Handler,
  type WorkerOptions,
  UnknownQueueError,
} from '@acktor/worker';
import { expect } from 'chai';
import { container, inject } from 'tsyringe';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import type { LogRecorder } from '../signals/log-recorder.js';
import { startPretender } from '../redis/pretender.js';
import { rejection } from '../server/rejection.js';

const measure = handlerOf(note, ({ data }) => ({ length: data.text.length }));

interface Gateway {
  readonly url: string;
}

@handles(note)
class AsksForAnInterface implements Handler<typeof note> {
  constructor(readonly gateway: Gateway) {}
  handle() {
    return { length: 0 };
  }
}

@handles(note)
class ImportsAType implements Handler<typeof note> {
  constructor(readonly log: LogRecorder) {}
  handle() {
    return { length: 0 };
  }
}

@handles(note)
class AsksForAToken implements Handler<typeof note> {
  constructor(@inject('gateway') readonly gateway: Gateway) {}
  handle() {
    return { length: 0 };
  }
}

@handles(note)
class TakesWhatIsThere implements Handler<typeof note> {
  constructor(@inject('nowhere', { isOptional: true }) readonly gateway: Gateway | undefined) {}
  handle() {
    return { length: 0 };
  }
}

describe('Worker.start', () => {
  it('names every option that is wrong, with what was meant', async () => {
    const wrong = { handlers: [measure], leaseMs: 10, drainMS: 5, consumers: 0, durability: 'maybe' };
    const error = await rejection(Worker.start(wrong as unknown as WorkerOptions), OptionsError);
    expect(error.faults.map(({ option }) => option)).to.have.members(['leaseMs', 'drainMS', 'consumers', 'durability']);
    expect(error.message).to.contain('expected leaseMs to be at least 1000, got 10');
    expect(error.message).to.contain('did you mean drainMs?');
  });

  for (const handlers of [null, [], 'handlers']) {
    it(`refuses ${JSON.stringify(handlers)} for handlers`, async () => {
      const error = await rejection(Worker.start({ handlers } as unknown as WorkerOptions), OptionsError);
      expect(error.faults.map(({ option }) => option)).to.deep.equal(['handlers']);
    });
  }

  it('says of an empty array of handlers that it is empty', async () => {
    const error = await rejection(Worker.start({ handlers: [] }), OptionsError);
    expect(error.message).to.contain('got an empty array');
  });

  for (const consumers of [0, 1.5, 10_001, { notes: -1 }, '4']) {
    it(`refuses ${JSON.stringify(consumers)} consumers`, async () => {
      await rejection(Worker.start({ handlers: [measure], consumers } as WorkerOptions), OptionsError);
    });
  }

  it('refuses two handlers for one job', async () => {
    await rejection(
      Worker.start({ handlers: [measure, handlerOf(note, () => ({ length: 1 }))] }),
      DuplicateHandlerError,
    );
  });

  it('refuses a number of consumers for a queue that no handler is for', async () => {
    const started = Worker.start({ handlers: [measure], consumers: { note: 3 } });
    const error = await rejection(started, UnknownQueueError);
    expect(error.message).to.equal('expected queues that a handler is for (notes), got note (did you mean notes?)');
  });

  it('refuses what is no handler class', async () => {
    class Undecorated {
      handle() {
        return undefined;
      }
    }
    const error = await rejection(Worker.start({ handlers: [Undecorated] }), NotAHandlerError);
    expect(error.found).to.equal('Undecorated');
  });

  it('refuses a constructor parameter that names no class, and says what to do', async () => {
    const error = await rejection(Worker.start({ handlers: [AsksForAnInterface] }), UnresolvableParameterError);
    expect(error).to.include({ handler: 'AsksForAnInterface', parameter: 0 });
    expect(error.message).to.contain('cannot build AsksForAnInterface').and.contain('@inject');
  });

  it('refuses a constructor parameter whose class was imported as a type, and says so', async () => {
    const error = await rejection(Worker.start({ handlers: [ImportsAType] }), UnresolvableParameterError);
    expect(error.message).to.contain('Import it as a value');
  });

  it('refuses a token that nobody registered, and takes it once somebody has', async () => {
    const error = await rejection(Worker.start({ handlers: [AsksForAToken] }), UnresolvableParameterError);
    expect(error.message).to.contain('gateway').and.contain('register it');
    const own = container.createChildContainer();
    own.registerInstance('gateway', { url: 'https://gateway.test' });
    await using worker = await Worker.start({
      redis: redisUrl(),
      namespace: freshNamespace(),
      handlers: [AsksForAToken],
      container: own,
      handleSignals: false,
      logger: silent,
    });
    expect(worker.queues).to.deep.equal(['notes']);
  });

  it('takes a handler without a parameter that is optional', async () => {
    const options = { redis: redisUrl(), namespace: freshNamespace(), handleSignals: false, logger: silent };
    await using worker = await Worker.start({ ...options, handlers: [TakesWhatIsThere] });
    expect(worker.queues).to.deep.equal(['notes']);
  });

  it('refuses a class compiled without types for its constructor', async () => {
    class NoTypes {
      constructor(readonly gateway: unknown) {}
      handle() {
        return { length: 0 };
      }
    }
    handles(note)(NoTypes);
    Reflect.deleteMetadata('design:paramtypes', NoTypes);
    const error = await rejection(Worker.start({ handlers: [NoTypes] }), UnresolvableParameterError);
    expect(error.message).to.contain('emitDecoratorMetadata');
  });

  it('says where nothing answered', async () => {
    await using server = await PrivateServer.start();
    const { url } = server;
    await server.kill();
    const started = Worker.start({ handlers: [measure], redis: url, connectTimeoutMs: 50, handleSignals: false });
    await rejection(started, BrokerUnreachableError);
  });

  it('refuses a server that may lose jobs, unless it is told that this will do', async () => {
    await using server = await PrivateServer.start({ settings: { appendonly: 'no' } });
    const options = { handlers: [measure], redis: server.url, handleSignals: false, logger: silent };
    await rejection(Worker.start(options), NotDurableError);
    await using worker = await Worker.start({ ...options, durability: 'off' });
    expect(worker.queues).to.deep.equal(['notes']);
  });

  it('refuses a server that is too old', async () => {
    await using pretender = await startPretender('redis_version:6.0.16');
    const started = Worker.start({ handlers: [measure], redis: pretender.url, handleSignals: false });
    await rejection(started, ServerTooOldError);
  });
});

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
