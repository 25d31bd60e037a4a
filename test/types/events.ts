// What the compiler knows of events: these must compile, and what `@ts-expect-error` marks must not.
import type { Events, Receipt } from '@acktor/core';
import { onDead, type Worker } from '@acktor/worker';
import { note, ping } from '../jobs/notes.js';

export function followsJobs(events: Events) {
  void events.on(note, 'acked', async ({ id, result }) => {
    const { length }: { readonly length: number } = await result();
    return `${id} ${length}`;
  });
  void events.on(ping, 'acked', async ({ result }) => {
    const nothing: undefined = await result();
    return nothing;
  });
  void events.on(note, 'dead', ({ reason }) => reason.length);
  void events.on(note, 'gap', ({ after, until }) => until.getTime() - after.getTime());
  // @ts-expect-error: there is no such event.
  void events.on(note, 'finished', () => undefined);
  // @ts-expect-error: a start has no reason.
  void events.on(note, 'started', ({ reason }) => reason);
}

export function listensToAWorker(worker: Worker) {
  worker.on('delivery.ended', ({ outcome, durationMs }) => `${outcome} ${durationMs ?? 0}`);
  worker.on('connection', ({ state }) => state === 'away');
  // @ts-expect-error: a start has no outcome.
  worker.on('delivery.started', ({ outcome }) => outcome);
}

export const mends = [
  onDead(note, ({ data, history }) => `${data?.text.length ?? 0} ${history.length}`),
  // @ts-expect-error: the payload of a note has no number.
  onDead(note, ({ data }) => data?.n),
];

export async function reads(receipt: Receipt<typeof note>) {
  for await (const progress of receipt.progress({ timeoutMs: 1_000 })) {
    const value: unknown = progress;
    // @ts-expect-error: whoever wrote it knows what it is.
    void value.done;
  }
}
