// What readers of one event stream are given, by a server whose answers the test gives.
import { expect } from 'chai';
import type * as Module from '../../packages/core/dist/engine/redis/bullmq/events/event-stream.js';
import { Heard } from '../signals/heard.js';
import { signal } from '../signals/signal.js';

type Deps = ConstructorParameters<typeof Module.EventStream>[0];

const inside = new URL('engine/redis/bullmq/events/event-stream.js', import.meta.resolve('@acktor/core'));
const { EventStream } = (await import(inside.href)) as typeof Module;

const FIRST = ['5-0', ['event', 'added']] as const;
const SECOND = ['6-0', ['event', 'active']] as const;

describe('the stream of events', () => {
  it('gives a reader that rejected the same entries again, and the others the next ones once', async () => {
    const server = scripted([FIRST], [SECOND]);
    const stream = new EventStream(server.deps);
    const [rejecting, reading] = [new Heard<string>(), new Heard<string>()];
    await stream.follow({
      onEntries: ([entry]) => {
        rejecting.push(entry?.[0] ?? '');
        if (rejecting.all.length === 1) throw new Error('not now');
      },
    });
    await stream.follow({ onEntries: ([entry]) => reading.push(entry?.[0] ?? '') });
    server.begin();
    await Promise.all([rejecting.upTo(3), reading.upTo(2)]);
    expect(rejecting.all).to.deep.equal(['5-0', '5-0', '6-0']);
    expect(reading.all).to.deep.equal(['5-0', '6-0']);
    await stream.close();
  });

  it('lets a reader that rejects stop', async () => {
    const server = scripted([FIRST], [SECOND]);
    const stream = new EventStream(server.deps);
    const [rejected, reading] = [signal(), new Heard<string>()];
    const stop = await stream.follow({
      onEntries: () => {
        rejected.give();
        return Promise.reject(new Error('never'));
      },
    });
    await stream.follow({ onEntries: ([entry]) => reading.push(entry?.[0] ?? '') });
    server.begin();
    await rejected.given;
    stop();
    await reading.upTo(2);
    expect(reading.all).to.deep.equal(['5-0', '6-0']);
    await stream.close();
  });
});

/** A server that has these batches, each behind the one before it, and then nothing more. */
function scripted(...batches: readonly (readonly Module.StreamEntry[])[]) {
  let hasBegun = false;
  const begun = signal();
  const ended = signal();
  const next = (after: string) =>
    batches.find((batch) => (batch.at(-1)?.[0] ?? '') > after) ?? ended.given.then(() => undefined);
  const redis = {
    xrevrange: () => Promise.resolve(hasBegun ? batches.slice(-1).flat() : []),
    xread: async (...command: readonly unknown[]) => {
      await begun.given;
      const entries = await next(String(command.at(-1)));
      return entries && [['key', entries]];
    },
  };
  const client = { run: (read: (of: unknown) => unknown) => Promise.resolve(read(redis)), hangUp: () => ended.give() };
  const deps = { key: 'key', openClient: () => Promise.resolve(client) } as unknown as Deps;
  const begin = () => {
    hasBegun = true;
    begun.give();
  };
  return { deps, begin };
}
