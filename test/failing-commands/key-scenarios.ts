// Calls of the scripts for keys, for limits and for flows, each from a state in which it has something to do.
import { ID, and, meta, of, waiting, type Scenario, type SetUp } from './states.js';

/** Jobs of one key, of which the first has its turn, with options of their own. */
const keyed =
  (options = '{"key":"k"}', ...ids: readonly string[]): SetUp =>
  async (queue) => {
    await waiting({}, 0)(queue);
    const jobs = (ids.length > 0 ? ids : [ID, 'a2', 'a3', 'a4']).flatMap((id) => [id, '{}']);
    await queue.run('send', ['1', jobs.length / 2, 'a job', options, ...jobs]);
  };

/** What an operator has said of keys. */
const said =
  (...settings: readonly string[]): SetUp =>
  (queue) =>
    queue.run('setKey', settings);

const gone =
  (id: string): SetUp =>
  ({ server, key }) =>
    server.client.multi().del(key(id)).lrem(key('wait'), 0, id).zrem(key('prioritized'), id).exec();

/** A rate that leaves the next job of the key for later. */
const spent = and(keyed(), said('k', 'rate', '1 60000'));

const flow = (...result: readonly string[]) =>
  of('changeFlow', result.length > 0 ? 'with a result' : 'alone', waiting(), async ({ server, key }) => {
    const sentAtMs = (await server.client.hget(key(ID), 'timestamp')) ?? '';
    return [ID, sentAtMs, '0', '{"steps":{}}', '50', ...result];
  });

const begun: SetUp = ({ server, keys }) => server.client.set(`${keys.prefix}limiter`, '3', 'PX', 60_000);

export const keys: readonly Scenario[] = [
  flow(),
  flow('test:q:a2', '"done"'),
  of('limitQueue', 'to less than has begun', and(waiting(), begun), ['5', '10', '1000']),
  of('limitQueue', 'no more', and(waiting(), meta('concurrency', '1', 'max', '1', 'duration', '60000'), begun), [
    '0',
    '0',
    '0',
  ]),
  of('send', 'more of a key', keyed(), ['1', 2, 'a job', '{"key":"k"}', 'n1', '{}', 'n2', '{}']),
  of('listKeys', 'of some', and(keyed(), said('other', 'paused', '1'), said('k', 'turns', '1')), ['0', 100]),
  of('setKey', 'more turns', keyed(), ['k', 'turns', '3']),
  of('setKey', 'more turns, of a queue with priorities', keyed('{"key":"k","priority":2}'), ['k', 'turns', '2']),
  of('setKey', 'goes on', and(keyed(), said('k', 'paused', '1'), said('k', 'turns', '2')), ['k', 'paused', '']),
  of('setKey', 'a rate, and more turns', spent, ['k', 'turns', '3']),
  of('setKey', 'of all keys', keyed(), ['', 'turns', '2']),
  of('mendTurns', 'of a job that is gone', and(keyed(), gone(ID)), [1_000, 100]),
  of('mendTurns', 'of one that has ended', and(keyed(), ended), [1_000, 100]),
  of('mendTurns', 'of one with a priority', and(keyed('{"key":"k","priority":2}'), gone(ID)), [1_000, 100]),
  of('mendTurns', 'with a rate', and(spent, gone(ID)), [1_000, 100]),
  of('mendTurns', 'of a job that waits for another turn', and(keyed(), heldAgain), [1_000, 100]),
  of('purgeKey', 'a part of its line', keyed(), ['k', 1, '']),
  of('purgeKey', 'as a whole', keyed(), ['k', 10, '']),
  of('purgeKey', 'those that have their turn', keyed(), ['k', 2, '1']),
  of('purgeKey', 'with a rate, and those that have their turn', spent, ['k', 1, '1']),
];

async function ended({ server, key }: Parameters<SetUp>[0]): Promise<void> {
  await server.client.hset(key(ID), 'finishedOn', '1');
  await server.client.multi().lrem(key('wait'), 0, ID).zadd(key('completed'), 1, ID).exec();
}

/** As one that another client has removed, and that was sent again under its id. */
async function heldAgain({ server, key, keys: { prefix } }: Parameters<SetUp>[0]): Promise<void> {
  await server.client.multi().lrem(key('wait'), 0, ID).rpush(`${prefix}acktor:lines:k`, ID).exec();
  await server.client.zadd(`${prefix}acktor:held`, 9, ID);
}
