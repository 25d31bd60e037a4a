import { EngineFeatureError, job, NameError, NotAContractError, OptionsError, PayloadError } from '@acktor/core';
import { defaultTextLimits } from '@acktor/core/internal';
import { DeliveryEndedError, reject, SendLimitError, type Delivery } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { RunnerTrial } from './runner-trial.js';

type NoteDelivery = Delivery<typeof note>;

/** Runs one delivery whose handler does this first. */
function running(act: (delivery: NoteDelivery) => unknown, deps: ConstructorParameters<typeof RunnerTrial>[1] = {}) {
  const handler = handlerOf(note, async (delivery) => {
    await act(delivery);
    return { length: 1 };
  });
  const trial = new RunnerTrial([handler], deps);
  trial.handle({ id: 'job-7' });
  return trial;
}

/** What the handler's call throws. */
async function thrownBy(act: (delivery: NoteDelivery) => unknown, deps?: ConstructorParameters<typeof RunnerTrial>[1]) {
  let thrown: unknown;
  const trial = running((delivery) => {
    try {
      act(delivery);
    } catch (error) {
      thrown = error;
    }
  }, deps);
  return { thrown, end: await trial.end() };
}

describe('delivery.sendWithAck', () => {
  it('sends jobs with the ack, in order, under ids that it returns', async () => {
    const ids: string[] = [];
    const trial = running(({ sendWithAck }) => {
      ids.push(sendWithAck(call, { number: '1' }));
      ids.push(sendWithAck(call, { number: '2' }, { id: 'second', delayMs: 50, priority: 3, attempts: 7 }));
    });
    const end = await trial.end();
    expect(end).to.deep.include({ type: 'handler.returned', result: '{"length":1}' });
    const sends = 'sends' in end ? (end.sends ?? []) : [];
    expect(sends.map(({ queue, job: { id, name, payload } }) => [queue, id, name, payload])).to.deep.equal([
      ['calls', ids[0], 'call', '{"number":"1"}'],
      ['calls', 'second', 'call', '{"number":"2"}'],
    ]);
    // The waits of its contract, which are not the default.
    const backoff = { type: 'fixed', delayMs: 0 };
    expect(sends[0]?.job).to.deep.include({ delayMs: 0, priority: 0, attempts: undefined, version: 1 });
    expect(sends[0]?.job.backoff).to.deep.include(backoff);
    expect(sends[1]?.job).to.include({ delayMs: 50, priority: 3, attempts: 7 });
    expect(ids[0], 'an id of its own').to.match(/^[a-z0-9]+-[a-z0-9]+$/);
  });

  it('sends nothing with a rejection, whether it is thrown or returned', async () => {
    const thrown = running((delivery) => {
      delivery.sendWithAck(call, { number: '1' });
      throw new Error('broken');
    });
    expect(await thrown.rejection()).to.not.have.property('sends');
    const handler = handlerOf(note, (delivery) => {
      delivery.sendWithAck(call, { number: '1' });
      return reject({ requeue: true });
    });
    const returned = new RunnerTrial([handler]);
    returned.handle();
    expect(await returned.rejection()).to.deep.equal({ kind: 'requeue' });
  });

  it('checks the job at once, and sends what was right', async () => {
    for (const [act, errorClass, words] of [
      [(d: NoteDelivery) => d.sendWithAck(call, { number: 1 } as never), PayloadError, 'data.number'],
      [(d: NoteDelivery) => d.sendWithAck(call, { number: '1' }, { id: '12' }), NameError, 'whole number'],
      [(d: NoteDelivery) => d.sendWithAck(undefined as never, {} as never), NotAContractError, 'sendWithAck'],
      [(d: NoteDelivery) => d.sendWithAck(call, { number: '1' }, { delayMs: -1 }), OptionsError, 'delayMs'],
      [
        (d: NoteDelivery) => d.sendWithAck(call, { number: '1' }, { confirm: 'fsync' } as never),
        OptionsError,
        'confirm',
      ],
    ] as const) {
      const { thrown, end } = await thrownBy((delivery) => {
        delivery.sendWithAck(call, { number: 'before' }, { id: 'before' });
        act(delivery);
      });
      expect(thrown).to.be.instanceOf(errorClass);
      expect(String(thrown)).to.include(words);
      expect('sends' in end && end.sends.map(({ job: { id } }) => id)).to.deep.equal(['before']);
    }
  });

  it('refuses a job that the engine cannot send with an ack', async () => {
    const queue = new RunnerTrial([]).queue;
    queue.requireSendTo = (to?: string) => {
      throw new EngineFeatureError('lists', String(to));
    };
    const { thrown, end } = await thrownBy(({ sendWithAck }) => sendWithAck(call, { number: '1' }), { queue });
    expect(thrown).to.be.instanceOf(EngineFeatureError).and.to.include({ feature: 'calls' });
    expect('sends' in end && end.sends).to.deep.equal([]);
  });

  it('refuses more jobs, and more bytes of payload, than the worker allows', async () => {
    const limits = { ...defaultTextLimits, maxPayloadBytes: 10_000, maxPayloadDepth: 10 };
    const sendTwo = ({ sendWithAck }: NoteDelivery) => {
      sendWithAck(call, { number: '1' });
      sendWithAck(call, { number: '2' });
    };
    const many = await thrownBy(sendTwo, { limits: { ...limits, maxSendsWithAck: 1 } });
    expect(many.thrown).to.be.instanceOf(SendLimitError).and.to.include({ jobId: 'job-7', option: 'maxSendsWithAck' });
    expect(String(many.thrown)).to.include('to send at most 1 jobs with its ack, got 2 (maxSendsWithAck)');
    expect('sends' in many.end && many.end.sends).to.have.length(1);
    const large = await thrownBy(sendTwo, { limits: { ...limits, maxSendsWithAckBytes: 27 } });
    expect(String(large.thrown)).to.include('at most 27 bytes of payload with its ack, got 28 (maxSendsWithAckBytes)');
    expect('sends' in large.end && large.end.sends).to.have.length(1);
    const exact = await thrownBy(sendTwo, { limits: { ...limits, maxSendsWithAckBytes: 28 } });
    expect(exact.thrown).to.equal(undefined);
  });

  it('waits with the ack for a schema that is asynchronous, and rejects when that refuses', async () => {
    const late = job('late', {
      queue: 'lates',
      data: z.string().refine(async (text) => Promise.resolve(text === 'good')),
    });
    const good = running(({ sendWithAck }) => sendWithAck(late, 'good'));
    const end = await good.end();
    expect('sends' in end && end.sends.map(({ job: { payload } }) => payload)).to.deep.equal(['"good"']);
    const bad = running(({ sendWithAck }) => sendWithAck(late, 'bad'));
    const settlement = await bad.rejection();
    expect(settlement.kind).to.equal('retry');
    expect('failure' in settlement && settlement.failure.reason).to.include('late');
  });

  it('takes no job once the handler has returned', async () => {
    let kept: NoteDelivery | undefined;
    const trial = running((delivery) => {
      delivery.sendWithAck(call, { number: '1' });
      kept = delivery;
    });
    await trial.end();
    expect(() => kept?.sendWithAck(call, { number: '2' })).to.throw(DeliveryEndedError, 'sendWithAck()');
  });
});
