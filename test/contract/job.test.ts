import { ContractError, job } from '@acktor/core';
import { expect } from 'chai';
import { z } from 'zod';
import { refusal } from './refusal.js';

const data = z.object({ orderId: z.string() });

describe('job', () => {
  it('keeps what it was declared with', () => {
    const result = z.object({});
    const backoff = { type: 'fixed', delayMs: 200, jitter: 0.5 } as const;
    const declared = job('charge-card', { queue: 'payments', data, result, attempts: 5, backoff, deadlineMs: 60_000 });
    expect(declared).to.deep.equal({
      name: 'charge-card',
      queue: 'payments',
      data,
      result,
      attempts: 5,
      backoff,
      deadlineMs: 60_000,
      version: 1,
      upgrade: {},
      groups: { concurrency: 1, deadLetter: 'release' },
      maxLength: undefined,
      scheduleData: undefined,
    });
    expect(declared.data).to.equal(data);
  });

  it('tries three times with growing waits, without a deadline, unless told otherwise', () => {
    const { attempts, backoff, deadlineMs, result } = job('mail', { queue: 'q', data });
    expect({ attempts, backoff, deadlineMs, result }).to.deep.equal({
      attempts: 3,
      backoff: { type: 'exponential', delayMs: 1_000, jitter: 0.5 },
      deadlineMs: undefined,
      result: undefined,
    });
  });

  it('is frozen, its backoff too', () => {
    const declared = job('mail', { queue: 'q', data, backoff: { type: 'fixed', delayMs: 1 } });
    expect(declared).to.be.frozen;
    expect(declared.backoff).to.be.frozen;
  });

  it('takes a function for a backoff', () => {
    const backoff = (attempt: number) => attempt;
    expect(job('mail', { queue: 'q', data, backoff }).backoff).to.equal(backoff);
    const wrong = () => job('mail', { queue: 'q', data, backoff: 5 as never });
    expect(wrong).to.throw(
      ContractError,
      'expected backoff to be an object of type, delayMs, jitter, or a function (attempt, error) => milliseconds, got 5',
    );
  });

  it('names all that is wrong with a contract at once', async () => {
    const wrong = {
      queue: 'pay:ments',
      data: {},
      attempts: 0,
      backoff: { type: 'linear', delayMs: -1 },
      deadlineMS: 5,
    };
    const error = await refusal(ContractError, () => job('charge\ncard', wrong as never));
    expect(error.code).to.equal('ACKTOR_BAD_CONTRACT');
    expect(error.faults.map((fault) => fault.option)).to.have.members([
      'name',
      'queue',
      'data',
      'attempts',
      'backoff.type',
      'backoff.delayMs',
      'deadlineMS',
    ]);
  });

  it('says of which contract it speaks and what was meant', async () => {
    const error = await refusal(ContractError, () => job('mail', { queue: 'q', data, deadlineMS: 5 } as never));
    expect(error.message).to.equal('contract of job mail: unknown option deadlineMS (did you mean deadlineMs?)');
  });

  it('says of the name of a queue which other would do', async () => {
    const error = await refusal(ContractError, () => job('mail', { queue: 'a:b', data }));
    expect(error.message).to.contain('got "a:b" (it becomes part of a Redis key; "a-b" would do)');
  });

  it('says of a bound why that bound is there, and not the other', async () => {
    const least = await refusal(ContractError, () => job('mail', { queue: 'q', data, attempts: 0 }));
    expect(least.message).to.match(/attempts to be at least 1, got 0 \(it counts the first attempt, too: .*BullMQ.*0/);
    const most = await refusal(ContractError, () => job('mail', { queue: 'q', data, attempts: 1_001 }));
    expect(most.message).to.include('at most 1000, got 1001 (a job that failed a thousand times fails again');
    const deadline = await refusal(ContractError, () => job('mail', { queue: 'q', data, deadlineMs: 0 }));
    expect(deadline.message).to.equal('contract of job mail: expected deadlineMs to be at least 1, got 0');
  });

  it('refuses a deadline that no timer can keep', async () => {
    const error = await refusal(ContractError, () => job('mail', { queue: 'q', data, deadlineMs: 2 ** 31 }));
    expect(error.message).to.contain('at most 2147483647, got 2147483648 (Node fires a longer timer at once)');
  });
});
