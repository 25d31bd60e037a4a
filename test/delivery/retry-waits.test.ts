import { job, type BackoffFunction } from '@acktor/core';
import type { JobRecord } from '@acktor/core/engine';
import { FinalError } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { RunnerTrial } from './runner-trial.js';

function noteWith(backoff: BackoffFunction) {
  return job('note', { queue: 'notes', data: z.object({ text: z.string() }), attempts: 5, backoff });
}

function trialOf(backoff: BackoffFunction, handle: () => unknown = fail): RunnerTrial {
  return new RunnerTrial([handlerOf(noteWith(backoff), handle as () => never)]);
}

function fail(): never {
  throw new TypeError('not today');
}

async function waitOf(trial: RunnerTrial, record: Partial<JobRecord> = {}): Promise<number | string> {
  const from = trial.heard.all.length;
  trial.handle(record);
  const end = (await trial.heard.upTo(from + 1)).at(-1);
  if (end?.type !== 'handler.rejected') throw new Error('expected a rejection');
  return end.settlement.kind === 'retry' ? end.settlement.delayMs : end.settlement.kind;
}

describe("a contract's backoff function", () => {
  it('is given which attempt failed and with what, and says how long the job waits', async () => {
    const asked: unknown[] = [];
    const trial = trialOf((attempt, error) => {
      asked.push([attempt, (error as Error).message]);
      return 100 * attempt + 0.4;
    });
    expect(await waitOf(trial)).to.equal(100);
    expect(await waitOf(trial, { attemptsMade: 2 })).to.equal(300);
    expect(asked).to.deep.equal([
      [1, 'not today'],
      [3, 'not today'],
    ]);
  });

  it('ends the job where it returns -1, as BullMQ does', async () => {
    const trial = trialOf(() => -1);
    trial.handle();
    const settlement = await trial.rejection();
    expect(settlement).to.deep.include({ kind: 'deadLetter' });
    expect(settlement).not.to.have.property('isExhausted');
  });

  it('is not asked at the last attempt, nor for an error that ends the job', async () => {
    let calls = 0;
    const count = () => (calls += 1);
    expect(await waitOf(trialOf(count), { attemptsMade: 4 })).to.equal('deadLetter');
    const final = () => {
      throw new FinalError('never');
    };
    expect(await waitOf(trialOf(count, final))).to.equal('deadLetter');
    expect(calls).to.equal(0);
  });

  it('gives way to what is stored with the job', async () => {
    const trial = trialOf(() => 7);
    expect(await waitOf(trial, { backoff: { type: 'fixed', delayMs: 250 } })).to.equal(250);
  });

  for (const [what, backoff, facts] of [
    ['throws', fail, { threw: 'not today' }],
    ['returns nothing', () => undefined as never, { returned: 'undefined' }],
    ['returns NaN', () => Number.NaN, { returned: Number.NaN }],
    ['returns less than nothing', () => -5, { returned: -5 }],
    ['returns a promise', () => Promise.reject(new Error('late')) as never, { returned: 'object' }],
  ] as const) {
    it(`leaves the default wait, and one line in the log, where it ${what}`, async () => {
      const trial = trialOf(backoff);
      for (const attemptsMade of [0, 1]) {
        const fullMs = 1_000 * 2 ** attemptsMade;
        expect(await waitOf(trial, { attemptsMade })).to.be.within(fullMs / 2, fullMs);
      }
      const lines = trial.log.lines.all.filter(({ level }) => level === 'warn');
      expect(lines).to.have.length(1);
      expect(lines[0]?.message).to.contain('the default wait holds');
      expect(lines[0]?.facts).to.deep.equal({ job: 'note', queue: 'notes', ...facts });
    });
  }

  it('is cut to thirty days', async () => {
    expect(await waitOf(trialOf(() => Infinity))).to.equal(2_592_000_000);
  });
});

describe('a stored type of backoff that is not known', () => {
  it("leaves the contract's wait, never none, and one line in the log for each type", async () => {
    const trial = trialOf((attempt) => 40 * attempt);
    for (const unknownBackoff of ['jittery', 'jittery', 'custom'])
      expect(await waitOf(trial, { unknownBackoff })).to.equal(40);
    const types = trial.log.lines.all.filter(({ level }) => level === 'warn').map(({ facts }) => facts['type']);
    expect(types).to.deep.equal(['jittery', 'custom']);
  });
});

describe('the last attempt', () => {
  it('is said to have been the last, and no other end is', async () => {
    const exhausted = async (attemptsMade: number, record: Partial<JobRecord> = {}) => {
      const trial = trialOf(() => 1);
      trial.handle({ attemptsMade, ...record });
      const settlement = await trial.rejection();
      return settlement.kind === 'deadLetter' && settlement.isExhausted === true;
    };
    expect(await exhausted(4)).to.equal(true);
    expect(await exhausted(0, { attempts: 0 }), 'BullMQ stores 0 for once').to.equal(true);
    expect(await exhausted(3)).to.equal(false);
    expect(await exhausted(0, { name: 'unknown' })).to.equal(false);
    expect(await exhausted(0, { cancelled: 'no use' })).to.equal(false);
  });
});
