// Calls of the scripts of exchanges, each from a state in which it has something to do.
import { ID, and, of, waiting, type Scenario } from './states.js';

/** A publish of jobs: the queue of each, its id, and its options. */
const published = (outboxes: string, ...jobs: readonly (readonly [queue: string, id: string, options: string])[]) => [
  '0',
  '0',
  outboxes,
  '{}',
  ...jobs.flatMap(([queue, id, options]) => [`test:${queue}:`, queue, id, 'a job', options]),
];
export const exchanges: readonly Scenario[] = [
  of('publish', 'to two queues', waiting({}, 1), published('', ['q', 'n1', '{}'], ['other', 'n1', '{}'])),
  of(
    'publish',
    'with a delay and with a priority',
    waiting({}, 1),
    published('', ['q', 'n1', '{"delay":5000}'], ['other', 'n1', '{"priority":2}'], ['last', 'n1', '{}']),
  ),
  of(
    'publish',
    'with a key',
    waiting({}, 1),
    published('', ['other', 'n1', '{}'], ['q', 'n1', '{"key":"k"}'], ['q', 'n2', '{"key":"k"}'], ['q', 'n3', '{}']),
  ),
  ...[{}, { priority: 5 }, { delay: 60_000 }].map((job) =>
    of(
      'publish',
      `to a full queue, which drops one with ${JSON.stringify(job)}`,
      waiting(job),
      published('', ['other', 'n1', '{}'], ['q', 'n1', '{"ml":[1,1]}']),
    ),
  ),
  of('publish', 'to a full queue', waiting(), published('', ['other', 'n1', '{}'], ['q', 'n1', '{"ml":[1,0]}'])),
  of(
    'publish',
    'what goes when it has expired',
    and(waiting(), ({ server, key }) => server.client.hset(key(ID), 'opts', '{"xr":1,"xi":1}', 'timestamp', '1')),
    published('', ['q', 'n1', '{"xr":1,"xi":5000}'], ['other', 'n1', '{}']),
  ),
  of('publish', 'a job that is there', waiting(), published('', ['q', ID, '{}'], ['other', ID, '{}'])),
  of(
    'publish',
    'to other slots',
    waiting({}, 1),
    published('test:acktor-exchanges:acktor:outboxes', ['{q}', 'n1', '{}'], ['{other}', 'n1', '{}']),
  ),
  of('changeExchanges', 'of some', ({ server, keys }) => server.client.hset(keys.exchanges, 'b:old', '{}'), [
    '0',
    1,
    'x:new',
    '{}',
    'b:old',
  ]),
  of('readExchanges', 'of some', ({ server, keys }) => server.client.hset(keys.exchanges, 'b:old', '{}'), []),
];
