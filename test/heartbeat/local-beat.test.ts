// The heartbeat of an engine that no thread can make: on the main thread, whose end closes nothing.
import { ServerRefusalError } from '@acktor/core';
import type { Pulse } from '@acktor/core/engine';
import { memoryEngine, type MemoryEngine } from '@acktor/testing';
import { expect } from 'chai';
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { signal } from '../signals/signal.js';
import { LocalBeat, newSign, type HeartbeatReport } from '../worker-inside/inside.js';

describe('the heartbeat on the main thread', () => {
  it('closes its pulse when it fails before it beats', async () => {
    const refusal = new ServerRefusalError('NOPERM', { about: 'permission' });
    const trial = beatOn((pulse) => Object.assign(pulse, { testPresence: () => Promise.reject(refusal) }));
    await once(trial.beat, 'exit');
    expect(trial.reports.map(({ type }) => type)).to.deep.equal(['failed']);
    expect(trial.closed).to.equal(1);
  });

  it('stops when it was told to before it came to beat', async () => {
    const mayOpen = signal();
    const trial = beatOn(async (pulse) => {
      await mayOpen.given;
      return pulse;
    });
    trial.beat.postMessage({ type: 'stop' });
    mayOpen.give();
    await once(trial.beat, 'exit');
    expect(trial.closed).to.equal(1);
  });

  it('reports nothing, and closes its pulse, when it comes to beat after it was given up', async () => {
    const mayOpen = signal();
    const isClosed = signal();
    const trial = beatOn(async (pulse) => {
      await mayOpen.given;
      return pulse;
    }, isClosed.give);
    const exit = once(trial.beat, 'exit');
    void trial.beat.terminate();
    await exit;
    mayOpen.give();
    await isClosed.given;
    expect(trial.reports).to.deep.equal([]);
  });
});

function beatOn(change: (pulse: Pulse) => Pulse | Promise<Pulse>, onClosed: () => void = () => undefined) {
  const engine = memoryEngine();
  const trial = { closed: 0, reports: [] as HeartbeatReport[] };
  const openPulse = async (opening: Parameters<MemoryEngine['openPulse']>[0]) => {
    const pulse = await engine.openPulse(opening);
    const close = async () => {
      trial.closed += 1;
      await pulse.close();
      onClosed();
    };
    const { fleetLine } = pulse;
    const appear: Pulse['appear'] = (...listeners) => pulse.appear(...listeners);
    const reap: Pulse['reap'] = (rules) => pulse.reap(rules);
    const calm = { renewAll: () => Promise.resolve(), hasOtherNextDue: () => Promise.resolve(false) };
    return change({ fleetLine, appear, reap, close, testPresence: () => Promise.resolve(true), ...calm });
  };
  const places = { namespace: 'bull', process: 'p', queues: ['notes'], connectTimeoutMs: 1_000, holdOffMs: 0 };
  const rules = { leaseMs: 30_000, deliveryLimit: 20, graceMs: 250, hangMs: 0 };
  const { port1: feed } = new MessageChannel();
  const other = { openBroker: engine.openBroker.bind(engine), openFleet: engine.openFleet.bind(engine) };
  const beat = new LocalBeat(
    { name: 'trial', openPulse, ...other },
    { pulse: places, ...rules, lastSign: newSign(), feed },
  );
  beat.on('message', (report: HeartbeatReport) => trial.reports.push(report));
  return Object.assign(trial, { beat });
}
