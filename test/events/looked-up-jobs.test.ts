// What an entry of the event stream means is read from its job, from a server that may refuse.
import { ServerRefusalError } from '@acktor/core';
import type { QueueEvent } from '@acktor/core/engine';
import { expect } from 'chai';
import type * as Module from '../../packages/core/dist/engine/redis/bullmq/events/queue-events.js';

type Parts = ConstructorParameters<typeof Module.QueueEvents>[0];
type Reader = Parameters<Parts['stream']['follow']>[0];

const inside = new URL('engine/redis/bullmq/events/queue-events.js', import.meta.resolve('@acktor/core'));
const { QueueEvents } = (await import(inside.href)) as typeof Module;

describe('the events of a job that is looked up', () => {
  it('wait for a server that is busy', async () => {
    const busy = new ServerRefusalError('BUSY Redis is busy running a script', { about: 'server' });
    const answers = [() => Promise.reject(busy), () => Promise.resolve(['note', null, 'no luck', '1'])];
    expect(await eventsOf(answers)).to.deep.equal([{ jobId: '1', atMs: 5, kind: 'retried', reason: 'no luck' }]);
  });

  it('do not wait for what is no job', async () => {
    const refusal = new ServerRefusalError('WRONGTYPE Operation against a key holding the wrong kind of value');
    const events = await eventsOf([() => Promise.reject(refusal)]);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['requeued']);
  });
});

async function eventsOf(answers: (() => Promise<unknown>)[]): Promise<readonly QueueEvent[]> {
  const readers: Reader[] = [];
  const follow = (reader: Reader) => {
    readers.push(reader);
    return Promise.resolve(() => undefined);
  };
  const guard = { run: () => answers.shift()?.() };
  const queue = new QueueEvents({ keys: { prefix: 'bull:notes:' }, stream: { follow }, guard } as unknown as Parts);
  const events: QueueEvent[] = [];
  const kinds = new Set(['retried', 'requeued'] as const);
  await queue.follow({ of: { jobId: '1' }, kinds, onEvent: (event) => events.push(event), onGap: () => undefined });
  await readers[0]?.onEntries([['5-0', ['event', 'waiting', 'prev', 'active', 'jobId', '1']]]);
  return events;
}
