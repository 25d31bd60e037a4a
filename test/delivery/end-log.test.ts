// What a worker's log has of the ends of deliveries.
import { GuardedLog } from '@acktor/core/internal';
import { expect } from 'chai';
import { LogRecorder } from '../signals/log-recorder.js';
import { EndLog } from '../worker-inside/inside.js';
import { leasedJob } from './leased-job.js';

const { record } = leasedJob();
const dead = (reason: string) => ({
  type: 'handler.rejected' as const,
  settlement: { kind: 'deadLetter' as const, failure: { reason, stack: undefined } },
});

describe('the log of the ends of deliveries', () => {
  it('says which job becomes a dead letter, and the first line of why', async () => {
    const log = new LogRecorder();
    new EndLog({ log: new GuardedLog(log), clock: { now: () => 0 } }).write(dead('no such card\n<html>'), record);
    expect((await log.said('becomes a dead letter')).facts).to.deep.equal({
      job: 'job-1',
      name: 'note',
      attempt: 1,
      queue: 'notes',
      reason: 'no such card',
    });
  });

  it('says at debug that a delivery was acked', () => {
    const log = new LogRecorder();
    new EndLog({ log: new GuardedLog(log), clock: { now: () => 0 } }).write({ type: 'handler.returned' }, record);
    expect(log.lines.all).to.deep.equal([
      { level: 'debug', facts: { job: 'job-1', name: 'note', attempt: 1, end: 'ack' }, message: 'handled' },
    ]);
  });

  it('tells of no ack to a logger that would not write it', () => {
    const log = Object.assign(new LogRecorder(), { isLevelEnabled: () => false });
    new EndLog({ log: new GuardedLog(log), clock: { now: () => 0 } }).write({ type: 'handler.returned' }, record);
    expect(log.lines.all).to.deep.equal([]);
  });

  it('says no more than twenty in ten seconds, and then how many it has not said', () => {
    const log = new LogRecorder();
    let nowMs = 0;
    const endLog = new EndLog({ log: new GuardedLog(log), clock: { now: () => nowMs } });
    for (let n = 0; n < 50; n += 1) endLog.write(dead('again'), record);
    expect(log.lines.all).to.have.length(20);
    nowMs = 10_000;
    endLog.write(dead('again'), record);
    expect(log.lines.all.at(-1)?.facts).to.include({ notSaid: 30 });
  });
});
