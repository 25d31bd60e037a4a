// States of a queue, and how a scenario is made of one.
import type { FlowJob, JobsOptions } from 'bullmq';
import type { ChannelHead, Entry, TrialQueue } from './trial-queue.js';
import type { ScriptCall, ScriptName } from './trial-server.js';

export interface Scenario {
  readonly title: string;
  readonly script: ScriptName;
  /** Makes the state, and returns the call. */
  readonly prepare: (queue: TrialQueue) => Promise<ScriptCall>;
}

export const ID = 'a1';

/** What is stored with the jobs that Acktor's producers send. */
export const OURS = { ak: 1 } as JobsOptions;

export type SetUp = (queue: TrialQueue) => Promise<unknown>;

/** Three jobs of which two are leased; the third waits. */
export const twoActive =
  (options: JobsOptions = {}): SetUp =>
  async (queue) => {
    await queue.add([ID, 'a2', 'a3'], options);
    await queue.fetch(2);
  };

export const oneActive =
  (options: JobsOptions = {}): SetUp =>
  async (queue) => {
    await queue.add([ID], options);
    await queue.fetch(1);
  };

export const waiting =
  (options: JobsOptions = {}, count = 2): SetUp =>
  (queue) =>
    queue.add([ID, 'a2', 'a3', 'a4'].slice(0, count), options);

/** A parent with children, of which the first are leased. */
export const family =
  (
    active: number,
    {
      child = {},
      parent = {},
      queueName = 'q',
    }: { child?: JobsOptions; parent?: JobsOptions; queueName?: string } = {},
  ): SetUp =>
  async (queue) => {
    const children: FlowJob[] = [ID, 'a2'].map((jobId) => ({
      name: 'a child',
      queueName: 'q',
      opts: { ...child, jobId },
    }));
    await queue.addFlow({ name: 'a parent', queueName, opts: { ...parent, jobId: 'p1' }, children });
    await queue.fetch(active);
  };

export const channel = (title: string, setUp: SetUp, ...entries: readonly Entry[]) =>
  channelWith({}, title, setUp, ...entries);

export function channelWith(
  head: ChannelHead,
  ...[title, setUp, ...entries]: readonly [title: string, setUp: SetUp, ...entries: Entry[]]
): readonly Scenario[] {
  return [true, false].map((mayBeFast) => ({
    title: `${title}${mayBeFast ? '' : ', entry by entry'}`,
    script: 'channel',
    prepare: async (queue) => {
      await setUp(queue);
      return queue.channelCall({ ...head, mayBeFast }, entries);
    },
  }));
}

export const of = (
  script: ScriptName,
  ...[title, setUp, args]: readonly [title: string, setUp: SetUp, args: Args]
): Scenario => ({
  title: `${script}: ${title}`,
  script,
  prepare: async (queue) => {
    await setUp(queue);
    return queue.call(script, typeof args === 'function' ? await args(queue) : args);
  },
});

export type Args = readonly (string | number)[] | ((queue: TrialQueue) => Promise<readonly (string | number)[]>);

export const and =
  (...setUps: readonly SetUp[]): SetUp =>
  async (queue) => {
    for (const each of setUps) await each(queue);
  };

export const meta =
  (...fields: readonly string[]): SetUp =>
  ({ server, keys }) =>
    server.client.hset(`${keys.prefix}meta`, ...fields);

export const unlocked =
  (...ids: readonly string[]): SetUp =>
  (queue) =>
    queue.server.client.del(ids.map((id) => `${queue.key(id)}:lock`));

export const settled = (...entries: readonly Entry[]): SetUp => settledWith({}, ...entries);

export const settledWith =
  (head: ChannelHead, ...entries: readonly Entry[]): SetUp =>
  async (queue) =>
    queue.server.run(await queue.channelCall(head, entries));

/** A job that is sent with the first settlement. */
export const sent = (send: Readonly<Record<string, string>>) => ({
  entry: 1,
  prefix: 'test:q:',
  jobId: 'n1',
  name: 'a job',
  options: '{}',
  payload: '{}',
  ...send,
});

/** A record that is written with a settlement. */
export const written = (write: Readonly<Record<string, string | number>>) => ({
  entry: 1,
  jobId: ID,
  store: 'order',
  id: 'o-1',
  expected: 0,
  value: '{}',
  labels: '["waiting"]',
  keptMs: '',
  ...write,
});

/** Gives a leased job a child. */
export const child: SetUp = async (queue) => queue.run('addChild', await childArgs()(queue));

export const childArgs =
  (options = '{}', { prefix = 'test:q:', id = 'c1' } = {}) =>
  async (queue: TrialQueue): Promise<readonly string[]> => {
    const { leaseToken } = await queue.lease(ID);
    return [ID, leaseToken, prefix, id, 'a child', options, '{}', 'fpof'];
  };

/** A job that a plain client gave the name of a part of the queue as its id: its record is where that part belongs. */
export const misplaced =
  (part: string): SetUp =>
  async (queue) => {
    await misplacedAlone(part)(queue);
    await queue.server.client.lpush(queue.key('wait'), part);
  };

/** As {@link misplaced}, in no list. */
export const misplacedAlone =
  (part: string): SetUp =>
  async ({ server: { client }, key }) => {
    const record = { name: 'a job', data: '{}', opts: '{}', timestamp: '1', delay: '0', priority: '0' };
    await client.hset(key(part), record);
    await client.rpush(key(`${part}:logs`), 'a line');
  };

export const stalled: SetUp = (queue) => queue.server.client.sadd(queue.key('stalled'), ID);
/** As if it had been acked long ago. */
export const aged =
  (id: string): SetUp =>
  (queue) =>
    queue.server.client.zadd(queue.key('completed'), 1_000, id);
export const setsDelayed =
  (dueMs: number, ...ids: readonly string[]): SetUp =>
  async (queue) => {
    await queue.add(ids, { delay: 600_000 });
    for (const id of ids) await queue.server.client.zadd(queue.key('delayed'), dueMs * 0x1000, id);
  };
export const meets: SetUp = (queue) => queue.run('meetServer', [0]);
