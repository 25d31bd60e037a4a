// One BullMQ queue, as a worker's channel uses it.
import type {
  AnsweredTokens,
  ChannelAnswer,
  ChannelReply,
  ChannelRequest,
  ChildOutcome,
  ChildRef,
  JobChildren,
  Lease,
  LeasedJob,
  NewChild,
  QueueStatus,
  SettleAndFetchOptions,
  StoredStep,
  WorkQueue,
  WakeSignal,
} from '../../work-queue.js';
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { Kept, Retention } from '../../retention.js';
import { noteDenial, WrittenArguments, type RedisScript } from '../connection/redis-script.js';
import {
  generationOf,
  isJudged,
  readAnswer,
  SEPARATOR,
  writeCall,
  type CallWriting,
  type SendTarget,
} from './channel/channel-call.js';
import { ticketOf } from './channel/leased-record.js';
import { errorOf, expiredAmong, handedOut, requestInstead, type Withheld } from './channel/withheld.js';
import { addChild, readChildNames, readChildren } from './family.js';
import type { QueueKeys } from './queue-keys.js';
import { continueSchedules } from './schedules/continuing.js';
import { scripts } from './scripts/scripts.js';
import { readSteps } from './steps.js';
import type { Outbox } from './sending/outbox.js';
import { serverNowMs } from './server-time.js';

/** What a work queue needs. */
export interface BullmqWorkQueueDeps {
  readonly name: string;
  readonly keys: QueueKeys;
  /** Carries every call but the wait; shared with other queues. */
  readonly guard: ConnectionGuard;
  /**
   * Opens the queue's own connection, on which {@link WorkQueue.waitForWork} blocks. Like the shared one it neither queues
   * nor resends commands: a wait that is sent again after `close()` would never end. Given up when the signal aborts.
   */
  readonly openWaitClient: (signal: AbortSignal) => Promise<ConnectionGuard>;
  readonly retention: Retention;
  /** The most bytes that the server takes in one text. */
  readonly maxTextBytes: number;
  /** Whether ordinary acks and fetches may take the fast path of their script. */
  readonly fastPath: boolean;
  /** For how many minutes the queue keeps how many of its jobs ended; 0 for none. */
  readonly countedMinutes: number;
  readonly targetOf: (queue: string) => SendTarget;
  /** Forwards what is sent to other slots of a cluster; undefined on one server. */
  readonly outbox: Pick<Outbox, 'enter' | 'forward' | 'isFull'> | undefined;
}

interface CallHead extends SettleAndFetchOptions {
  readonly lengths: string;
  readonly bounds: string;
  readonly written: WrittenArguments;
}

/** The {@link WorkQueue} on BullMQ. One blocking connection, opened at once: by it BullMQ's clients know of the worker. */
export class BullmqWorkQueue implements WorkQueue {
  readonly name: string;
  readonly #deps: BullmqWorkQueueDeps;
  /** What each call of the channel says of the retention of acked jobs. */
  readonly #kept: readonly (string | number)[];
  readonly #path: '0' | '1';
  /** The arguments before the entries, as the last call had them. */
  #head: CallHead | undefined;
  readonly #writing: CallWriting;
  #waitClient: Promise<ConnectionGuard> | undefined;
  readonly #closing = new AbortController();
  readonly #noteFailure = (reply: string): void => {
    void this.#deps.guard.run(async (client) => noteDenial(client, reply)).catch(() => undefined);
  };

  constructor(deps: BullmqWorkQueueDeps) {
    this.name = deps.name;
    this.#deps = deps;
    const { acked, isForAllClients } = deps.retention;
    this.#kept = [...boundsOf(acked), isForAllClients ? '0' : '1'];
    this.#path = deps.fastPath ? '1' : '0';
    const { maxTextBytes, targetOf } = deps;
    this.#writing = { maxTextBytes, targetOf, keepsOthers: !isForAllClients };
    // One that fails is opened again by the first wait.
    this.#openWait().catch(() => undefined);
  }

  settleAndFetch(requests: readonly ChannelRequest[], options: SettleAndFetchOptions): Promise<ChannelAnswer> {
    return this.#settleAndFetch(requests, options, 0);
  }

  async #settleAndFetch(
    requests: readonly ChannelRequest[],
    options: SettleAndFetchOptions,
    round: number,
  ): Promise<ChannelAnswer> {
    const { outbox } = this.#deps;
    if (outbox?.isFull)
      return backedUp(await this.#call(requests.map(withoutFetch), { ...options, wantsStatus: true }, round));
    if (!outbox || !requests.some(({ settle }) => settle?.settlement.sends))
      return this.#call(requests, options, round);
    await outbox.enter();
    const answer = await this.#call(requests, options, round);
    outbox.forward();
    return answer;
  }

  async #call(
    requests: readonly ChannelRequest[],
    options: SettleAndFetchOptions,
    round: number,
  ): Promise<ChannelAnswer> {
    const { entries, sends, writes, turns, unwritable } = writeCall(requests, this.#writing);
    const hasMore = sends.length + turns.length + writes.length > 0;
    const lengths = hasMore ? `${entries.length} ${sends.length} ${writes.length}` : '';
    const rest = hasMore ? entries.concat(sends, writes, turns) : entries;
    const args = { head: this.#headOf(options, lengths), rest };
    const { guard, keys } = this.#deps;
    const answer = await guard.run((client) => scripts.channel.run(client, keys.channel, args));
    const read = readAnswer(answer, { requests, queue: this.name, unwritable, noteFailure: this.#noteFailure });
    return read.replies.some(isJudged) ? this.#continued(read, options, round) : read;
  }

  /** Nearly all calls have that of the call before. */
  #headOf(options: SettleAndFetchOptions, lengths: string): WrittenArguments {
    const { wantsStatus, leaseMs, worker, limit } = options;
    const last = this.#head;
    const isSame =
      last?.wantsStatus === wantsStatus &&
      last.lengths === lengths &&
      last.limit === limit &&
      last.leaseMs === leaseMs &&
      last.worker === worker;
    if (isSame) return last.written;
    const status = wantsStatus ? '1' : '0';
    const bounds = last && last.limit === limit ? last.bounds : boundsText(this.#deps, limit);
    const switches = [...this.#kept, status, this.#path, bounds, SEPARATOR, lengths];
    const written = new WrittenArguments([this.#deps.keys.prefix, leaseMs, worker, ...switches]);
    this.#head = { wantsStatus, lengths, limit, leaseMs, worker, bounds, written };
    return written;
  }

  /** What the script cannot add where it runs, the outbox forwards. */
  requireSendTo(): void {}

  addChild(lease: Lease, child: NewChild): Promise<ChildOutcome> {
    return addChild(this.#deps, lease, child);
  }

  children(lease: Lease): Promise<JobChildren | undefined> {
    return readChildren(this.#deps, lease);
  }

  childNames(children: readonly ChildRef[]): Promise<readonly (string | undefined)[]> {
    return readChildNames(this.#deps, children);
  }

  async deathListeners(names: readonly string[]): Promise<readonly string[]> {
    const { guard, keys } = this.#deps;
    const found = await guard.run((client) => scripts.deathListeners.run(client, [keys.listeners], names));
    return found as readonly string[];
  }

  async waitForWork(timeoutMs: number): Promise<WakeSignal> {
    const guard = await this.#openWait();
    if (this.#closing.signal.aborted) return { kind: 'timeout' };
    const seconds = Math.max(timeoutMs, SHORTEST_WAIT_MS) / 1000;
    const popped = await guard.run((client) => client.bzpopmin(this.#deps.keys.marker, seconds));
    if (!popped) return { kind: 'timeout' };
    const atMs = Number(popped[2]);
    return atMs === 0 ? { kind: 'ready' } : { kind: 'due', due: { atMs, inMs: atMs - (await guard.run(serverNowMs)) } };
  }

  async passOn(signal: WakeSignal): Promise<void> {
    const { guard, keys } = this.#deps;
    if (signal.kind === 'ready') await guard.run((client) => client.zadd(keys.marker, 0, '0'));
    // Unless a newer mark has come meanwhile.
    if (signal.kind === 'due') await guard.run((client) => client.zadd(keys.marker, 'NX', signal.due.atMs, '1'));
  }

  async progress({ jobId, leaseToken }: Lease, progress: string): Promise<boolean> {
    return (await this.#run(scripts.progress, [jobId, leaseToken, progress])) === 1;
  }

  async log({ jobId, leaseToken }: Lease, line: string, keptLines: number): Promise<boolean> {
    return (await this.#run(scripts.log, [jobId, leaseToken, line, keptLines])) === 1;
  }

  async storeStep({ record: { id, deliveries } }: LeasedJob, { name, result = '' }: StoredStep): Promise<boolean> {
    return (await this.#run(scripts.storeStep, [id, deliveries, name, result])) === 1;
  }

  async steps({ record: { id, deliveries } }: LeasedJob): Promise<readonly StoredStep[] | undefined> {
    const flat = (await this.#run(scripts.steps, [id, deliveries])) as readonly string[] | null;
    return flat === null ? undefined : readSteps(flat);
  }

  renew(held: readonly LeasedJob[], leaseMs: number): Promise<readonly string[]> {
    const leases = held.flatMap((job) => [job.record.id, job.leaseToken, generationOf(job)]);
    return this.#runForTexts(scripts.renew, [leaseMs, ...leases]);
  }

  reconcile({ process, last }: AnsweredTokens, held: readonly LeasedJob[]): Promise<readonly string[]> {
    return this.#runForTexts(scripts.reconcile, [`${process}|`, last, ...held.map(({ leaseToken }) => leaseToken)]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const opened = await this.#waitClient?.catch(() => undefined);
    opened?.hangUp();
  }

  /**
   * The answer once the next runs are added of the schedules whose runs it brings, without what has expired. A run that is not to be handled now
   * is settled, and another job fetched in its place, under the same token; but not for ever, where such runs have piled up: then nothing is fetched in their place, and
   * the consumer asks again.
   */
  async #continued(answer: ChannelAnswer, options: SettleAndFetchOptions, round: number): Promise<ChannelAnswer> {
    const jobs = answer.replies.flatMap((reply) => (isJudged(reply) ? [reply.fetched.job] : []));
    const withheld = await this.#withheld(jobs);
    if (withheld.size === 0) return answer;
    const wanted = jobs.flatMap((job) => requestInstead(job, withheld.get(job), options.worker));
    const isLast = round === MOST_ROUNDS;
    const requests = isLast ? wanted.map(withoutFetch) : wanted;
    const rest = isLast ? { ...options, wantsStatus: true } : options;
    const instead = requests.length === 0 ? undefined : await this.#settleAndFetch(requests, rest, round + 1);
    let at = 0;
    const replies = answer.replies.map((reply): ChannelReply => {
      const why = isJudged(reply) ? withheld.get(reply.fetched.job) : undefined;
      if (why === undefined || reply.fetched === undefined) return reply;
      const itself = handedOut(reply.fetched.job, why);
      if (itself) return { ...reply, fetched: itself };
      const { fetched, error } = instead?.replies[at++] ?? {};
      return { ...reply, fetched, error: error ?? errorOf(why) };
    });
    return { replies, status: instead?.status ?? answer.status };
  }

  async #withheld(jobs: readonly LeasedJob[]): Promise<ReadonlyMap<LeasedJob, Withheld>> {
    const runs = jobs.filter((job) => ticketOf(job).own.scheduled !== undefined);
    const expired = await expiredAmong(this.#deps.guard, jobs);
    if (runs.length === 0) return expired;
    const withheld = await continueSchedules(this.#deps, runs);
    return expired.size === 0 ? withheld : new Map<LeasedJob, Withheld>([...expired, ...withheld]);
  }

  #openWait() {
    this.#waitClient ??= this.#deps.openWaitClient(this.#closing.signal).catch((error: unknown) => {
      this.#waitClient = undefined;
      throw error;
    });
    return this.#waitClient;
  }

  #run(script: RedisScript, args: readonly (string | number)[]): Promise<unknown> {
    const { guard, keys } = this.#deps;
    return guard.run((client) => script.run(client, keys.channel, [keys.prefix, ...args]));
  }

  async #runForTexts(script: RedisScript, args: readonly (string | number)[]): Promise<readonly string[]> {
    return (await this.#run(script, args)) as readonly string[];
  }
}

/** How often something else is fetched in the place of runs that are not to be handled now: the rest of the batch waits meanwhile. */
const MOST_ROUNDS = 3;

function withoutFetch({ settle }: ChannelRequest): ChannelRequest {
  return settle ? { settle } : {};
}

/** Nothing is handed out while what was sent cannot be forwarded: those that ask look again when that may have changed. */
function backedUp({ replies, status }: ChannelAnswer): ChannelAnswer {
  const none: QueueStatus = { ready: 0, nextDue: undefined, limitedForMs: 0 };
  return { replies, status: { ...(status ?? none), ready: 0, limitedForMs: PAUSE_WHEN_BACKED_UP_MS } };
}

const PAUSE_WHEN_BACKED_UP_MS = 500;

/** Redis before 7.0.8 takes a timeout below a millisecond for "for ever"; BullMQ has the same minimum. */
const SHORTEST_WAIT_MS = 2;

/** As the script takes them: '' for none. */
function boundsText(
  { retention, countedMinutes }: Pick<BullmqWorkQueueDeps, 'retention' | 'countedMinutes'>,
  limit: SettleAndFetchOptions['limit'],
): string {
  const [deadSeconds, deadCount] = [retention.dead.ageSeconds, retention.dead.count].map((bound) =>
    bound === Infinity ? undefined : bound,
  );
  const limits = { limitMax: limit?.max, limitMs: limit?.durationMs };
  const text = JSON.stringify({ deadSeconds, deadCount, ...limits, countedMinutes: countedMinutes || undefined });
  return text === '{}' ? '' : text;
}

/** As the script takes them: '' for none. */
function boundsOf({ ageSeconds, count }: Kept): readonly (string | number)[] {
  return [ageSeconds, count].map((bound) => (bound === Infinity ? '' : bound));
}
