// A queue in a state of its own: jobs that plain BullMQ has added, some of them leased, settled or dead by our scripts.
import { FlowProducer, Queue, type FlowJob, type JobsOptions, type QueueOptions } from 'bullmq';
import { RedisAddress } from '@acktor/core/internal';
import type * as KeysModule from '../../packages/core/dist/engine/redis/bullmq/queue-keys.js';
import {
  BUILT_SCRIPTS,
  CHANNEL_WORDS,
  ENTRIES,
  type ScriptCall,
  type ScriptName,
  type TrialServer,
} from './trial-server.js';

const { queueKeys } = (await import(
  new URL('../../../packages/core/dist/engine/redis/bullmq/queue-keys.js', import.meta.url).href
)) as typeof KeysModule;

export const NAMESPACE = 'test';
export const LEASE_MS = 60_000;

type Word = keyof typeof CHANNEL_WORDS;
type Argument = string | number;

interface Lease {
  readonly leaseToken: string;
  readonly generation: string;
  readonly fieldCount: number;
}

export class TrialQueue implements AsyncDisposable {
  readonly server: TrialServer;
  readonly keys = queueKeys(NAMESPACE, 'q');
  readonly #plain: Queue;
  readonly #flows: FlowProducer;
  #tokens = 0;

  constructor(server: TrialServer) {
    this.server = server;
    const connection = RedisAddress.parse(server.url).clientOptions() as QueueOptions['connection'];
    this.#plain = new Queue('q', { connection, prefix: NAMESPACE });
    this.#flows = new FlowProducer({ connection, prefix: NAMESPACE });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#plain.close(), this.#flows.close()]);
  }

  readonly key = (name: string): string => this.keys.prefix + name;

  /** Adds jobs, in this order, and the length of the event stream, as BullMQ does with a queue that is in use. */
  async add(ids: readonly string[], options: JobsOptions = {}): Promise<void> {
    await this.server.client.hset(this.key('meta'), 'opts.maxLenEvents', '10000');
    for (const jobId of ids) await this.#plain.add('a job', { n: 1 }, { ...options, jobId });
  }

  /** Adds a scheduler of plain BullMQ, and with it its first run. */
  async addScheduler(name: string): Promise<void> {
    await this.server.client.hset(this.key('meta'), 'opts.maxLenEvents', '10000');
    await this.#plain.upsertJobScheduler(name, { every: 60_000 }, { name: 'a job', data: {} });
  }

  async addFlow(flow: FlowJob): Promise<void> {
    await this.server.client.hset(this.key('meta'), 'opts.maxLenEvents', '10000');
    await this.#flows.add(flow);
  }

  /** Leases the next jobs to the process. */
  async fetch(count: number, process = 'w1'): Promise<void> {
    const fetches = Array.from({ length: count }, () => ['fetch', `${process}|${(this.#tokens += 1)}`]).flat();
    await this.run('channel', [...channelHead(), '', ...fetches]);
  }

  run(script: ScriptName, args: readonly Argument[]): Promise<unknown> {
    return this.server.run(this.call(script, args));
  }

  call(script: ScriptName, args: readonly Argument[]): ScriptCall {
    const keys: Readonly<Record<string, readonly string[]>> = {
      channel: this.keys.channel,
      send: this.keys.send,
      reaper: this.keys.reaper,
      suspects: [this.keys.suspects],
      schedules: this.keys.schedules,
      outboxes: [this.keys.outboxes],
      listeners: [this.keys.listeners],
      exchanges: [this.keys.exchanges],
      outboxRegistry: [`${NAMESPACE}:acktor:outboxes`],
      none: [],
    };
    const withPrefix = WITHOUT_PREFIX.includes(script) ? args : [this.keys.prefix, ...args];
    return { script, keys: keys[BUILT_SCRIPTS[script].keyList] ?? [], args: withPrefix };
  }

  /** A call of the channel, in which each entry is its word, a job and what follows. */
  async channelCall(head: ChannelHead, settlements: readonly Entry[]): Promise<ScriptCall> {
    const written = await Promise.all(settlements.map((entry) => this.#written(entry)));
    const entries = written.flat();
    const sends = (head.sends ?? []).flatMap((send) => ENTRIES.send.map((part) => send[part] ?? ''));
    const writes = (head.writes ?? []).flatMap((write) => ENTRIES.write.map((part) => write[part] ?? ''));
    const hasMore = sends.length + writes.length > 0;
    const lengths = hasMore ? `${entries.length} ${sends.length} ${writes.length}` : '';
    return this.call('channel', [...channelHead(head), lengths, ...entries, ...sends, ...writes]);
  }

  async lease(id: string): Promise<Lease> {
    const { client } = this.server;
    const [leaseToken, [fence, lost, ...family], fields] = await Promise.all([
      client.get(`${this.key(id)}:lock`),
      client.hmget(this.key(id), 'ats', 'stc', 'parentKey', 'parent', 'deid'),
      client.hlen(this.key(id)),
    ]);
    // As a fetch counts them: what is more than a plain job has -1.
    const fieldCount = family.every((field) => field === null) ? fields : -1;
    return { leaseToken: leaseToken ?? 'w1|expired', generation: `${fence ?? 0}/${lost ?? 0}`, fieldCount };
  }

  async #written([word, id, values = {}]: Entry): Promise<readonly Argument[]> {
    if (word === 'fetch') return ['fetch', 'w1|9000'];
    const lease = await this.lease(id);
    const known: Readonly<Record<string, Argument>> = { ...DEFAULTS, jobId: id, ...lease, ...values };
    return [word, ...CHANNEL_WORDS[word].map((part) => known[part] ?? '')];
  }
}

const WITHOUT_PREFIX: readonly ScriptName[] = [
  'meetServer',
  'missingRights',
  'outboxRead',
  'outboxDrop',
  'outboxTurn',
  'deathListeners',
  'publish',
  'changeExchanges',
  'readExchanges',
  'limitQueue',
];

/** What an entry does to which job, and arguments of its own. */
export type Entry = readonly [word: Word, id: string, values?: Readonly<Record<string, Argument>>];

const DEFAULTS = {
  attemptsMade: 1,
  result: '"done"',
  reason: 'no luck',
  stacks: '["at home"]',
  delayMs: 0,
  push: 'LPUSH',
  attempt: '{"attempt":1,"fence":1}',
};

/** How a channel is set up, and the jobs that are sent, and the records that are written, with its settlements. */
export interface ChannelHead {
  readonly mayBeFast?: boolean;
  readonly keptCount?: number;
  /** Whether the retention holds for our own jobs alone. */
  readonly keepsOthers?: boolean;
  readonly deadCount?: number;
  /** How many jobs may begin in a minute. */
  readonly limit?: number;
  readonly countedMinutes?: number;
  readonly sends?: readonly Readonly<Partial<Record<(typeof ENTRIES.send)[number], Argument>>>[];
  readonly writes?: readonly Readonly<Partial<Record<(typeof ENTRIES.write)[number], Argument>>>[];
}

function channelHead(head: ChannelHead = {}): readonly Argument[] {
  const { mayBeFast = true, keptCount = 100, keepsOthers = false, deadCount, limit, countedMinutes } = head;
  const dead = deadCount === undefined ? {} : { deadSeconds: 3_600, deadCount };
  const limits = limit === undefined ? {} : { limitMax: limit, limitMs: 60_000 };
  const bounds = JSON.stringify({ ...dead, ...limits, countedMinutes });
  const kept = [3_600, keptCount, keepsOthers ? '1' : '0'];
  return [LEASE_MS, 'w1', ...kept, '1', mayBeFast ? '1' : '0', bounds === '{}' ? '' : bounds, '\u001f'];
}
