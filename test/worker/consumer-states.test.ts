import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from './worker-trial.js';

describe('the states of the consumers of a worker', () => {
  it('say who is free, and who holds which job for how long', async () => {
    await using trial = await WorkerTrial.open();
    const begun = signal();
    const mayEnd = signal();
    const waits = handlerOf(note, async () => {
      begun.give();
      await mayEnd.given;
      return { length: 1 };
    });
    const worker = await trial.work([waits], { consumers: 2 });
    const { id } = await trial.producer.send(note, { text: 'x' });
    await begun.given;
    const states = worker.states();
    mayEnd.give();
    const busy = states.find(({ jobId }) => jobId === id);
    const free = states.find(({ jobId }) => jobId === undefined);
    expect(busy).to.include({ queue: 'notes', state: 'processing.handling' });
    expect(busy?.heldForMs).to.be.within(0, 5_000);
    expect(free).to.include({ queue: 'notes', heldForMs: undefined });
    expect(free?.state).to.be.oneOf(['idle', 'fetching']);
    expect(states.map(({ consumer }) => consumer)).to.deep.equal(['notes-1', 'notes-2']);
  });
});
