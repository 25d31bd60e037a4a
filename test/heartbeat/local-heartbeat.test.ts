// The heartbeat of an engine that no thread can make: on the main thread, whose end closes nothing.
import { ServerRefusalError } from '@acktor/core';
import type { Liveness } from '@acktor/core/engine';
import { memoryEngine, type MemoryEngine } from '@acktor/testing';
import { expect } from 'chai';
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { signal } from '../signals/signal.js';
import { LocalHeartbeat, newSign, type HeartbeatReport } from '../worker-inside/inside.js';

describe('the heartbeat on the main thread', () => {
  it('closes its liveness when it fails before it ticks', async () => {
    const refusal = new ServerRefusalError('NOPERM', { about: 'permission' });
    const trial = heartbeatOn((liveness) => Object.assign(liveness, { testPresence: () => Promise.reject(refusal) }));
    await once(trial.heartbeat, 'exit');
    expect(trial.reports.map(({ type }) => type)).to.deep.equal(['failed']);
    expect(trial.closed).to.equal(1);
  });

  it('stops when the order to came before it ticked', async () => {
    const mayOpen = signal();
    const trial = heartbeatOn(async (liveness) => {
      await mayOpen.given;
      return liveness;
    });
    trial.heartbeat.postMessage({ type: 'stop' });
    mayOpen.give();
    await once(trial.heartbeat, 'exit');
    expect(trial.closed).to.equal(1);
  });

  it('reports nothing, and closes its liveness, when it comes to tick after it was given up', async () => {
    const mayOpen = signal();
    const isClosed = signal();
    const trial = heartbeatOn(async (liveness) => {
      await mayOpen.given;
      return liveness;
    }, isClosed.give);
    const exit = once(trial.heartbeat, 'exit');
    void trial.heartbeat.terminate();
    await exit;
    mayOpen.give();
    await isClosed.given;
    expect(trial.reports).to.deep.equal([]);
  });
});

function heartbeatOn(
  change: (liveness: Liveness) => Liveness | Promise<Liveness>,
  onClosed: () => void = () => undefined,
) {
  const engine = memoryEngine();
  const trial = { closed: 0, reports: [] as HeartbeatReport[] };
  const openLiveness = async (opening: Parameters<MemoryEngine['openLiveness']>[0]) => {
    const liveness = await engine.openLiveness(opening);
    const close = async () => {
      trial.closed += 1;
      await liveness.close();
      onClosed();
    };
    const { fleetPublisher } = liveness;
    const appear: Liveness['appear'] = (...listeners) => liveness.appear(...listeners);
    const reap: Liveness['reap'] = (rules) => liveness.reap(rules);
    const calm = {
      renewAll: () => Promise.resolve({ leases: [], faults: [] }),
      hasOtherNextDue: () => Promise.resolve(false),
    };
    return change({ fleetPublisher, appear, reap, close, testPresence: () => Promise.resolve(true), ...calm });
  };
  const places = { namespace: 'bull', process: 'p', queues: ['notes'], connectTimeoutMs: 1_000, holdOffMs: 0 };
  const rules = { leaseMs: 30_000, deliveryLimit: 20, graceMs: 250, hangMs: 0 };
  const { port1: feed } = new MessageChannel();
  const other = { openBroker: engine.openBroker.bind(engine), openFleet: engine.openFleet.bind(engine) };
  const heartbeat = new LocalHeartbeat(
    { name: 'trial', openLiveness, ...other },
    { liveness: places, ...rules, lastSign: newSign(), feed },
  );
  heartbeat.on('message', (report: HeartbeatReport) => trial.reports.push(report));
  return Object.assign(trial, { heartbeat });
}
