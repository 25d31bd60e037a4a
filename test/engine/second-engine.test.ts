// A worker on an engine that knows no Redis: what the port says is enough.
import { DeadLetteredError, job, Producer } from '@acktor/core';
import { EngineFeatureError } from '@acktor/core/engine';
import { FinalError, Worker, type AnyHandlerClass } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { listEngine } from './list-engine.js';

const stubborn = job('stubborn', {
  queue: 'notes',
  data: z.object({ fails: z.number() }),
  result: z.object({ attempts: z.number() }),
  attempts: 3,
  backoff: { type: 'fixed', delayMs: 10 },
});

describe('a worker on a second engine', () => {
  it('acks what its handler returns', async () => {
    await using trial = await EngineTrial.open(handlerOf(note, ({ data }) => ({ length: data.text.length })));
    const receipt = await trial.producer.send(note, { text: 'hello' });
    expect(await receipt.result({ timeoutMs: 5_000 })).to.deep.equal({ length: 5 });
  });

  it('retries what fails, and acks it in the end', async () => {
    await using trial = await EngineTrial.open(failing());
    const receipt = await trial.producer.send(stubborn, { fails: 2 });
    expect(await receipt.result({ timeoutMs: 5_000 })).to.deep.equal({ attempts: 3 });
  });

  it('dead-letters what fails for good', async () => {
    await using trial = await EngineTrial.open(failing());
    const receipt = await trial.producer.send(stubborn, { fails: 9 });
    const error = await rejection(receipt.result({ timeoutMs: 5_000 }), DeadLetteredError);
    expect(error.reason).to.contain('not yet');
  });

  it('beats on the main thread, and says where it works', async () => {
    await using trial = await EngineTrial.open(failing());
    expect((await trial.log.said('the worker runs')).facts).to.include({ lists: 'here' });
    expect(trial.worker.queues).to.deep.equal(['notes']);
  });

  it('is told what the engine does not have', async () => {
    await using trial = await EngineTrial.open(failing());
    const error = await rejection(trial.producer.cancel(note, 'one'), EngineFeatureError);
    expect(error.message).to.equal(
      'expected an engine that has cancels, but lists has not: take one that has, or do without',
    );
  });
});

function failing(): AnyHandlerClass {
  return handlerOf(stubborn, ({ data, attempt }) => {
    if (attempt <= data.fails) throw data.fails > 8 ? new FinalError('not yet, nor ever') : new Error('not yet');
    return { attempts: attempt };
  });
}

class EngineTrial implements AsyncDisposable {
  private constructor(
    readonly producer: Producer,
    readonly worker: Worker,
    readonly log: LogRecorder,
  ) {}

  static async open(handler: AnyHandlerClass): Promise<EngineTrial> {
    const engine = listEngine();
    const log = new LogRecorder();
    const worker = await Worker.start({ engine, handlers: [handler], handleSignals: false, logger: log });
    return new EngineTrial(await Producer.connect({ engine }), worker, log);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker.close();
    await this.producer.close();
  }
}
