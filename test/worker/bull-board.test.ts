import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { DeadLetteredError } from '@acktor/core';
import { WorkerTrial } from './worker-trial.js';

type ServerAdapter = Parameters<typeof createBullBoard>[0]['serverAdapter'];
type Queues = Parameters<ServerAdapter['setQueues']>[0];
type Route = Parameters<ServerAdapter['setApiRoutes']>[0][number];

describe('a dashboard made for BullMQ', () => {
  it('shows the queues of a worker, with what was acked and what was dead-lettered', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([
      handlerOf(note, ({ data }) => {
        if (data.text === 'bad') throw new Error('broken');
        return { length: data.text.length };
      }),
    ]);
    const good = await trial.producer.send(note, { text: 'good' });
    const bad = await trial.producer.send(note, { text: 'bad' }, { attempts: 1 });
    await good.result({ timeoutMs: 5_000 });
    await rejection(bad.result({ timeoutMs: 5_000 }), DeadLetteredError);
    await using queue = trial.queue('notes');
    const board = openBoard(new BullMQAdapter(queue));
    const [shown] = await board.queues({ activeQueue: 'notes', status: 'failed' });
    expect(shown).to.deep.include({ name: 'notes', isPaused: false });
    expect(shown?.counts).to.include({ completed: 1, failed: 1, active: 0, waiting: 0 });
    const [job] = shown?.jobs ?? [];
    expect(job).to.deep.include({ id: bad.id, name: 'note', failedReason: 'broken', data: { text: 'bad' } });
  });
});

interface ShownQueue {
  readonly name: string;
  readonly isPaused: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly jobs: readonly object[];
}

/** The board behind its HTTP server: what the page asks for, asked directly. */
function openBoard(queue: BullMQAdapter) {
  let queues: Queues = new Map();
  let routes: readonly Route[] = [];
  const adapter = new Proxy({} as ServerAdapter, {
    get: (_target, step: string) => (given: never) => {
      if (step === 'setQueues') queues = given;
      if (step === 'setApiRoutes') routes = given;
      return adapter;
    },
  });
  createBullBoard({ queues: [queue], serverAdapter: adapter, options: { uiBasePath: '.', uiConfig: {} } });
  return {
    async queues(query: Readonly<Record<string, string>>): Promise<readonly ShownQueue[]> {
      const route = routes.find((candidate) => candidate.route === '/api/queues');
      const answer = await route?.handler({ queues, query, params: {}, body: {}, headers: {}, uiConfig: {} });
      if (answer === undefined) throw new Error('expected the board to have a route for its queues');
      return (answer.body as { readonly queues: readonly ShownQueue[] }).queues;
    },
  };
}
