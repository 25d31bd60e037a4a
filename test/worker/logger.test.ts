import { DeadLetteredError } from '@acktor/core';
import { GuardedLog } from '@acktor/core/internal';
import { Dashboard } from '@acktor/dashboard';
import { reject, type Logger } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { call } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerTrial } from './worker-trial.js';

const fails = (): never => {
  throw new Error('the disk is full');
};
const rejects = (): void => Promise.reject(new Error('the disk is full')) as unknown as void;
const hostile = (): never => {
  // What cannot be put into words.
  throw Object.create(null) as Error;
};

const loggers: readonly (readonly [words: string, logger: Logger])[] = [
  ['throws', { debug: fails, info: fails, warn: fails, error: fails }],
  ['rejects', { debug: rejects, info: rejects, warn: rejects, error: rejects }],
  ['throws what cannot be shown', { debug: hostile, info: hostile, warn: hostile, error: hostile }],
  ['cannot say its level', { debug: fails, info: fails, warn: fails, error: fails, isLevelEnabled: fails }],
];

const choosing = handlerOf(call, ({ data }) => (data.number === 'bad' ? reject({ deadLetter: 'bad' }) : undefined));

describe('a worker whose logger', () => {
  for (const [words, logger] of loggers) {
    it(`${words} ends every job as it would without, and closes`, async () => {
      await using trial = await WorkerTrial.open();
      const worker = await trial.work([choosing], { logger });
      const [good, bad, last] = await Promise.all(
        ['good', 'bad', 'good'].map((number) => trial.producer.send(call, { number })),
      );
      await good?.result();
      await rejection(bad?.result() ?? Promise.resolve(), DeadLetteredError);
      await last?.result();
      await worker.close();
    });
  }
});

describe('a dashboard whose logger', () => {
  it('throws answers all the same, and closes', async () => {
    await using trial = await WorkerTrial.open();
    const logger = { info: fails, warn: fails, error: fails };
    await using dashboard = await Dashboard.start({ redis: trial.url, namespace: trial.namespace, port: 0, logger });
    expect((await fetch(dashboard.url)).status).to.equal(200);
  });
});

describe('a guarded log', () => {
  it('says the first fault of its logger as a process warning, and lets the others go', async () => {
    const warnings = new Heard<Error & { readonly code?: string }>();
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    try {
      const log = new GuardedLog({ debug: rejects, info: fails, warn: fails, error: fails });
      log.info({}, 'a line');
      log.debug({}, 'a line');
      const [first] = await warnings.upTo(1);
      expect(first).to.include({ code: 'ACKTOR_LOGGER', name: 'AcktorWarning' });
      expect(first?.message).to.contain('the disk is full');
      new GuardedLog({ info: fails, warn: fails, error: hostile }).error({}, 'a line');
      const both = await warnings.upTo(2);
      expect(both.map(({ message }) => message)[1]).to.contain('cannot be shown');
    } finally {
      process.off('warning', listen);
    }
  });
});
