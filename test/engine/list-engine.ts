// A second engine, written from the port alone: lists in this process, which keep nothing, time out nothing, and lose nobody.
import { EngineFeatureError } from '@acktor/core/engine';
import type * as Port from '@acktor/core/engine';
import { EventEmitter, once } from 'node:events';

/** Queues live as long as the engine, for whoever opens them with the same namespace. */
export function listEngine(): Port.Engine {
  const queues = new Map<string, ListQueue>();
  const queueIn = (namespace: string) => (name: string) => {
    const queue = queues.get(`${namespace}:${name}`) ?? new ListQueue(name);
    queues.set(`${namespace}:${name}`, queue);
    return queue;
  };
  return {
    name: 'lists',
    openBroker: ({ namespace }) =>
      Promise.resolve({ broker: brokerOn(queueIn(namespace)), address: 'here', close: () => Promise.resolve() }),
    openLiveness: () => Promise.resolve(quietLiveness),
    openFleet: () => Promise.reject(new EngineFeatureError('lists', 'a fleet')),
  };
}

function brokerOn(queue: (name: string) => ListQueue): Port.Broker {
  return {
    send: (name, jobs) => Promise.resolve(jobs.map((job) => queue(name).add(job))),
    requireConfirm: (confirm) => confirm === 'accepted' || without('confirmations'),
    connected: () => Promise.resolve(),
    ended: (name, jobId, signal) => queue(name).ended(jobId, signal),
    expectEnd: (name, jobId, signal) => Promise.resolve(() => queue(name).ended(jobId, signal)),
    cancel: () => without('cancels'),
    deadLetters: () => without('dead letters'),
    schedules: () => without('schedules'),
    keys: () => without('keys'),
    flows: () => without('flows'),
    exchanges: () => without('exchanges'),
    records: () => without('records'),
    admin: () => without('an admin'),
    workQueue: (name) => queue(name),
    onConnection: () => () => undefined,
    follow: () => without('events'),
    releaseDead: () => without('burials'),
    close: () => Promise.resolve(),
  };
}

class ListQueue implements Port.WorkQueue {
  readonly name: string;
  readonly #jobs = new Map<string, Port.JobRecord>();
  readonly #waiting: string[] = [];
  readonly #leases = new Map<string, string>();
  readonly #ends = new Map<string, Port.JobEnd>();
  readonly #events = new EventEmitter();

  constructor(name: string) {
    this.name = name;
  }

  add({
    id,
    name,
    payload,
    version = 1,
    priority,
    attempts,
    backoff,
    delayMs,
    group,
  }: Port.OutgoingJob): Port.SendOutcome {
    if (group !== undefined) return without('keys');
    if (this.#jobs.has(id)) return { duplicateOf: this.#placeOf(id) };
    const counts = { attemptsMade: 0, deliveries: 0, leasesLost: 0, suspicions: 0 };
    const facts = { version, priority, attempts, backoff, poisoned: undefined, cancelled: undefined };
    this.#jobs.set(id, { ...counts, ...facts, id, name, payload, queue: this.name, sentAtMs: Date.now() });
    this.#ready(id, delayMs);
    return 'accepted';
  }

  async ended(jobId: string, signal: AbortSignal): Promise<Port.JobEnd> {
    while (!this.#ends.has(jobId)) await once(this.#events, `end ${jobId}`, { signal });
    return this.#ends.get(jobId) ?? { kind: 'gone' };
  }

  settleAndFetch(requests: readonly Port.ChannelRequest[]) {
    const replies = requests.map(({ settle, fetch }): Port.ChannelReply => {
      const settled = settle && this.#settle(settle.job, settle.settlement);
      return { settled, fetched: fetch === undefined ? undefined : this.#fetch(fetch), error: undefined };
    });
    return Promise.resolve({ replies, status: { ready: this.#waiting.length, nextDue: undefined, limitedForMs: 0 } });
  }

  async waitForWork(timeoutMs: number): Promise<Port.WakeSignal> {
    if (this.#waiting.length > 0) return { kind: 'ready' };
    const signal = AbortSignal.timeout(timeoutMs);
    await once(this.#events, 'ready', { signal }).catch(() => undefined);
    return { kind: this.#waiting.length > 0 ? 'ready' : 'timeout' };
  }

  passOn = () => Promise.resolve();
  progress = () => Promise.resolve(true);
  log = () => Promise.resolve(true);
  renew = () => Promise.resolve([]);
  reconcile = () => Promise.resolve([]);
  requireSendTo = () => without('sends with a settlement');
  addChild = () => without('children');
  children = () => without('children');
  childNames = () => without('children');
  deathListeners = () => Promise.resolve([]);
  steps = () => without('steps');
  storeStep = () => without('steps');

  close(): Promise<void> {
    this.#events.emit('ready');
    return Promise.resolve();
  }

  #placeOf(id: string): Port.SendDuplicate['duplicateOf'] {
    const end = this.#ends.get(id);
    if (end !== undefined) return end.kind === 'acked' ? 'acked' : 'deadLettered';
    return this.#leases.has(id) ? 'active' : 'waiting';
  }

  #ready(id: string, afterMs = 0): void {
    if (afterMs > 0) return void setTimeout(() => this.#ready(id), afterMs);
    this.#waiting.push(id);
    this.#events.emit('ready');
  }

  #fetch(leaseToken: string): Port.FetchedJob | undefined {
    const found = this.#jobs.get(this.#waiting.shift() ?? '');
    if (found === undefined) return undefined;
    const record = { ...found, deliveries: found.deliveries + 1 };
    this.#jobs.set(record.id, record);
    this.#leases.set(record.id, leaseToken);
    return { kind: 'job', job: { record, leaseToken } };
  }

  #settle({ record, leaseToken }: Port.LeasedJob, settlement: Port.Settlement): Port.SettleOutcome {
    if (this.#leases.get(record.id) !== leaseToken) return 'lost';
    this.#leases.delete(record.id);
    if (settlement.kind === 'ack') this.#end(record, { kind: 'acked', result: settlement.result });
    else if (settlement.kind === 'deadLetter')
      this.#end(record, { kind: 'deadLettered', reason: settlement.failure.reason });
    else this.#again(record, settlement);
    return 'stored';
  }

  #end({ id }: Port.JobRecord, end: Port.JobEnd): void {
    this.#ends.set(id, end);
    this.#events.emit(`end ${id}`);
  }

  #again(record: Port.JobRecord, settlement: Exclude<Port.Settlement, { kind: 'ack' | 'deadLetter' }>): void {
    const isRetry = settlement.kind === 'retry';
    this.#jobs.set(record.id, { ...record, attemptsMade: record.attemptsMade + (isRetry ? 1 : 0) });
    const requeuedMs = settlement.kind === 'requeue' ? settlement.afterMs : 0;
    this.#ready(record.id, isRetry ? settlement.delayMs : requeuedMs);
  }
}

const nothing = { active: 0, hasSuspects: false, returnedJobIds: [], hasForgotten: false, nextDueInMs: undefined };

/** Whoever shares these lists dies with them: nobody has to be told from the dead. */
const quietLiveness: Port.Liveness = {
  fleetPublisher: {
    listen: () => Promise.resolve(),
    answer: () => undefined,
    publish: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  },
  testPresence: () => Promise.resolve(true),
  appear: () => Promise.resolve(),
  renewAll: () => Promise.resolve({ leases: [], faults: [] }),
  reap: () => Promise.resolve({ ...nothing, faults: [] }),
  hasOtherNextDue: () => Promise.resolve(false),
  close: () => Promise.resolve(),
};

function without(feature: string): never {
  throw new EngineFeatureError('lists', feature);
}
