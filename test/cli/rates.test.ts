import type { QueueDepth } from '@acktor/core';
import type { QueueTotals } from '@acktor/core/engine';
import { expect } from 'chai';
import { ratesBetween } from '../cli-inside/inside.js';

describe('the rates of a queue', () => {
  const depth = (counts: Partial<QueueDepth>): QueueDepth => ({
    queue: 'notes',
    isPaused: false,
    waiting: 0,
    waitingForChildren: 0,
    delayed: 0,
    active: 0,
    acked: 0,
    deadLetters: 0,
    oldestWaitingAtMs: undefined,
    nextDueAtMs: undefined,
    readAtMs: 0,
    ...counts,
  });
  const totals = (counts: Partial<QueueTotals>): readonly QueueTotals[] => [
    { queue: 'notes', acked: 0, retried: 0, requeued: 0, deadLettered: 0, leasesLost: 0, redelivered: 0, ...counts },
  ];

  it('are what workers ended, and by how much the queue grew with it', () => {
    const before = {
      atMs: 0,
      depths: [depth({ waiting: 100, deadLetters: 1 })],
      workers: [{ workerId: 'w', totals: totals({ acked: 1_000, retried: 5 }) }],
    };
    const after = {
      atMs: 2_000,
      depths: [depth({ waiting: 90, active: 10, delayed: 4, deadLetters: 3 })],
      workers: [{ workerId: 'w', totals: totals({ acked: 1_200, retried: 9, deadLettered: 2 }) }],
    };
    expect(ratesBetween(before, after).get('notes')).to.deep.equal({
      sentPerSecond: 103,
      ackedPerSecond: 100,
      rejectedPerSecond: 3,
      overMs: 2_000,
    });
  });

  it('leave out processes that came or went in between, and never fall below zero', () => {
    const before = {
      atMs: 0,
      depths: [depth({ waiting: 10 })],
      workers: [{ workerId: 'gone', totals: totals({ acked: 50 }) }],
    };
    const after = { atMs: 1_000, depths: [depth({})], workers: [{ workerId: 'new', totals: totals({ acked: 70 }) }] };
    expect(ratesBetween(before, after).get('notes')).to.include({ sentPerSecond: 0, ackedPerSecond: 0 });
  });

  it('are not known of a queue that was seen once', () => {
    const before = { atMs: 0, depths: [], workers: [] };
    expect(ratesBetween(before, { atMs: 1_000, depths: [depth({})], workers: [] }).size).to.equal(0);
  });
});
