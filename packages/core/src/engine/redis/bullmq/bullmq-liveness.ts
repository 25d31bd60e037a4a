// The liveness of a worker process on BullMQ queues: presence, renewal and the reaper's turn.
import type { DeadProcess } from '../../broker.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { steadyNowMs } from '../../../guarded.js';
import { DropCount, type DroppedMessages } from '../../../foreign-text/drop-count.js';
import type { FleetPublisher } from '../../../fleet/fleet-hub.js';
import { RedisFleetPublisher } from '../fleet/redis-fleet-publisher.js';
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { StartTime } from '../connection/guarded-connection.js';
import { ServerRefusalError } from '../../broker-errors.js';
import { SteadySubscriber } from '../connection/steady-subscriber.js';
import { joinedRenewal, joinedReport } from '../joint-liveness.js';
import type { CancelRequest, Liveness, ReapReport, ReapRules, RenewalReport } from '../../liveness.js';
import { CancelListener } from './cancelling.js';
import { queueKeys, type QueueKeys } from './queue-keys.js';
import { scripts } from './scripts/scripts.js';

/** What a liveness needs. */
export interface BullmqLivenessDeps {
  readonly process: string;
  readonly namespace: string;
  readonly queues: readonly string[];
  readonly isInCluster: boolean;
  /** The number of the database. */
  readonly database: number;
  /** Carries the calls. Closed with the liveness. */
  readonly guard: ConnectionGuard;
  /** Opens a connection that subscribes. */
  readonly openSubscriber: () => Promise<ConnectionGuard>;
  /** The time for everything before the first renewal. */
  readonly time: StartTime;
  readonly holdOffMs: number;
}

/** The {@link Liveness} on BullMQ. Presence is a sharded subscription: the server ends it with the connection, at once. */
export class BullmqLiveness implements Liveness {
  readonly #deps: BullmqLivenessDeps;
  readonly #keys: readonly QueueKeys[];
  readonly #guard: ConnectionGuard;
  readonly fleetPublisher: FleetPublisher;
  readonly #drops = new DropCount((dropped) => this.#onDropped(dropped));
  #onDropped: (dropped: DroppedMessages) => void = () => undefined;
  #subscriber: SteadySubscriber | undefined;
  /** Whether a server that came back had lost its data, not yet reported. */
  #hasForgotten = false;
  /** The next delayed job of each queue and when it is due, by the server's last answer. */
  #nextDue = '';
  /** Whether the server counted this process as present at the last check. */
  #wasCounted = false;
  /** When the turns of each queue's keys are looked at next, by this process' clock. */
  readonly #nextMendingMs = new Map<QueueKeys, number>();

  constructor(deps: BullmqLivenessDeps) {
    this.#deps = deps;
    this.#keys = deps.queues.map((queue) => queueKeys(deps.namespace, queue, deps));
    this.#guard = deps.guard;
    this.fleetPublisher = new RedisFleetPublisher({
      guard: this.#guard,
      namespace: deps.namespace,
      database: deps.database,
      workerId: deps.process,
      drops: this.#drops,
      subscriber: () => this.#subscriber,
      time: deps.time,
    });
    this.#guard.onChange((state) => state === 'back' && void this.#meetAgain().catch(() => undefined));
  }

  async testPresence(): Promise<boolean> {
    const [keys] = this.#keys;
    if (keys === undefined) return false;
    const { process, openSubscriber, time } = this.#deps;
    const channel = `${keys.presence}test-${process}`;
    return testPresence({ channel, openSubscriber, count: (each) => this.#count(each), time });
  }

  async appear(onCancel: (request: CancelRequest) => void, onDropped = this.#onDropped): Promise<void> {
    this.#onDropped = onDropped;
    const { time } = this.#deps;
    await time.repeat(this.#guard, () => this.#meetServer());
    const subscriber = new SteadySubscriber(await this.#deps.openSubscriber());
    this.#subscriber = subscriber;
    const queues = this.#keys.map((keys, i) => ({ queue: this.#deps.queues[i] ?? '', keys }));
    const onMisfit = () => this.#drops.drop('a cancel');
    const cancels = new CancelListener({ queues, guard: this.#guard, onCancel, onDropped: onMisfit });
    subscriber.on('message', (channel, text) => cancels.receive(channel, text));
    await time.repeat(subscriber, () => subscriber.subscribe(...this.#keys.map(({ control }) => control)));
    await this.#show(subscriber);
  }

  async renewAll(leaseMs: number): Promise<RenewalReport> {
    const { process, queues } = this.#deps;
    const renew = async ({ prefix, channel }: QueueKeys, i: number) => {
      const args = [prefix, `${process}|`, leaseMs];
      const numbers = await this.#guard.run((client) => scripts.renewProcess.run(client, channel, args));
      const leases = { queue: queues[i] ?? '', numbers: (numbers as readonly string[]).map(Number) };
      return { leases: [leases], faults: [] };
    };
    return joinedRenewal(await Promise.allSettled(this.#keys.map(renew)));
  }

  async reap(rules: ReapRules): Promise<ReapReport> {
    if (rules.usesPresence) await this.#stayPresent();
    const report = joinedReport(await Promise.allSettled(this.#keys.map((keys) => this.#reapQueue(keys, rules))));
    // What fails here is tried again soon, and costs no lease.
    await Promise.allSettled(this.#keys.map((keys) => this.#mendTurns(keys)));
    return { ...report, hasForgotten: this.#takeForgotten() || report.hasForgotten };
  }

  async hasOtherNextDue(): Promise<boolean> {
    const first = ({ delayed }: QueueKeys) =>
      this.#guard.read((client) => client.zrange(delayed, '0', '0', 'WITHSCORES'));
    const next = JSON.stringify(await Promise.all(this.#keys.map(first)));
    const isOther = next !== this.#nextDue;
    this.#nextDue = next;
    return isOther;
  }

  close(): Promise<void> {
    this.#drops.close();
    this.#subscriber?.close();
    this.#guard.hangUp();
    return Promise.resolve();
  }

  /** A server without sharded pub/sub refuses; renewals and cancels must work there all the same. */
  async #show(subscriber: SteadySubscriber): Promise<void> {
    const { process, time } = this.#deps;
    try {
      for (const presence of this.#keys.flatMap(({ presences }) => presences))
        await time.repeat(subscriber, () => subscriber.subscribeSharded(presence + process));
    } catch (error) {
      if (!(error instanceof ServerRefusalError)) throw error;
    }
  }

  /**
   * A connection that the network dropped silently looks up from here, and the server does not see it: it is made anew. Not one that has
   * just come back, and whose subscription the server has not seen yet: broken again, it kept its process away for longer than the
   * grace time, once in 150 resets. Nor one that came while the server was asked: the answer was about the one before.
   */
  async #stayPresent(): Promise<void> {
    const [keys] = this.#keys;
    const subscriber = this.#subscriber;
    if (keys === undefined || !subscriber?.isSubscribed) return;
    const { connections } = subscriber;
    const isCounted = (await this.#count(keys.presence + this.#deps.process)) > 0;
    if (subscriber.connections !== connections) return;
    if (!isCounted && this.#wasCounted) subscriber.reconnect();
    this.#wasCounted = isCounted;
  }

  async #reapQueue({ prefix, reaper, presences }: QueueKeys, rules: ReapRules): Promise<ReapReport> {
    const { deliveryLimit, intervalMs, graceMs, holdOffMs, usesPresence, longestGapMs } = rules;
    const times = [intervalMs, graceMs, holdOffMs];
    const args = [prefix, deliveryLimit, ...times, usesPresence ? '1' : '0', longestGapMs, ...presences];
    const answer = await this.#guard.run((client) => scripts.reap.run(client, reaper, args));
    const [suspects, active, returnedJobIds, forgotten, nextDueInMs] = answer as ReapAnswer;
    return {
      hasSuspects: suspects === 1,
      active,
      returnedJobIds,
      hasForgotten: forgotten === 1,
      nextDueInMs,
      faults: [],
    };
  }

  /** Passes on what other clients have left of turns: a part of all keys at a time, the next at once where there was something to mend. */
  async #mendTurns(keys: QueueKeys): Promise<void> {
    const nowMs = steadyNowMs();
    if (nowMs < (this.#nextMendingMs.get(keys) ?? 0)) return;
    this.#nextMendingMs.set(keys, nowMs + MENDING_IDLE_MS);
    const args = [keys.prefix, MENDING_MS, MENDED_KEYS];
    const answer = await this.#guard.run((client) => scripts.mendTurns.run(client, keys.channel, args));
    const [size, isMore] = answer as readonly [number, 0 | 1];
    if (size > 0) this.#nextMendingMs.set(keys, nowMs + (isMore === 1 ? 0 : MENDING_MS));
  }

  /** Resolves with whether the server did not know the fleet. */
  async #meetServer(): Promise<boolean> {
    const { holdOffMs } = this.#deps;
    const meet = ({ suspects }: QueueKeys) =>
      this.#guard.run((client) => scripts.meetServer.run(client, [suspects], [holdOffMs]));
    return (await Promise.all(this.#keys.map(meet))).includes(1);
  }

  async #meetAgain(): Promise<void> {
    if (await this.#meetServer()) this.#hasForgotten = true;
  }

  #takeForgotten(): boolean {
    const hasForgotten = this.#hasForgotten;
    this.#hasForgotten = false;
    return hasForgotten;
  }

  async #count(channel: string): Promise<number> {
    const answer = await this.#guard.read((client) => client.pubsub('SHARDNUMSUB', channel));
    return Number(answer[1]);
  }
}

/** How often some keys of a queue are looked at, and how often those of a queue that had none. */
const MENDING_MS = 500;
const MENDING_IDLE_MS = 2_000;
/** At a time: some milliseconds of the server's time. */
const MENDED_KEYS = 200;

type ReapAnswer = readonly [
  suspects: number,
  active: number,
  returnedJobIds: readonly string[],
  forgotten: number,
  dueInMs?: number,
];

export interface PresenceTestDeps {
  /** A pub/sub channel with no other subscriber. */
  readonly channel: string;
  readonly openSubscriber: () => Promise<ConnectionGuard>;
  /** Asks the server how many subscribers a channel has. */
  readonly count: (channel: string) => Promise<number>;
  readonly time: StartTime;
}

/**
 * Whether the server notices a closed connection in time. A refusal is final; a busy server is asked again, and after each broken
 * connection, because the result holds as long as the worker runs.
 *
 * @throws BrokerUnreachableError when the time is over and the server has not answered once.
 */
export async function testPresence(deps: PresenceTestDeps): Promise<boolean> {
  let answers = 0;
  const test = async (isOver: AbortSignal): Promise<boolean> => {
    for (let attempt = 1; !isOver.aborted; attempt += 1) {
      const asked = comesAndGoes({ ...deps, channel: `${deps.channel}-${attempt}` });
      const answer = await asked.catch((error: unknown) => error);
      if (answer === true) return true;
      if (answer instanceof ServerRefusalError && !isBusy(answer)) return false;
      if (answer === false) answers += 1;
      if (answers >= MOST_ANSWERS) return false;
      await sleep(BETWEEN_ATTEMPTS_MS);
    }
    return false;
  };
  return deps.time.settle(test).catch((error: unknown) => {
    if (answers === 0) throw error;
    return false;
  });
}

/** The reply while another client's script runs: the server's real answer is unknown. */
function isBusy({ reply }: ServerRefusalError): boolean {
  return reply.startsWith('BUSY');
}

async function comesAndGoes({ channel, openSubscriber, count }: PresenceTestDeps): Promise<boolean> {
  const probe = await openSubscriber();
  try {
    await probe.run((client) => client.ssubscribe(channel));
    if ((await count(channel)) !== 1) return false;
  } finally {
    probe.hangUp();
  }
  const untilMs = performance.now() + NOTICED_WITHIN_MS;
  while (performance.now() < untilMs) {
    if ((await count(channel)) === 0) return true;
    await sleep(10);
  }
  return false;
}

/** Presence needs a server, and any proxy before it, to notice a broken connection within this time. */
const NOTICED_WITHIN_MS = 500;
const MOST_ANSWERS = 3;
const BETWEEN_ATTEMPTS_MS = 200;

/** The arguments of the script that gives back what a dead process held, for one queue. */
export function releaseDeadArguments(
  queue: string,
  { process, deliveryLimit, ownEnd }: DeadProcess,
): readonly (string | number)[] {
  if (ownEnd === undefined) return [deliveryLimit, process];
  const { trials, poisonLimit, how, lastLines } = ownEnd;
  const here = trials.suspects.filter((suspect) => suspect.queue === queue).map(({ jobId }) => jobId);
  const isAlone = trials.isAlone ? 1 : 0;
  return [deliveryLimit, process, trials.suspects.length, isAlone, poisonLimit, how, lastLines, ...here];
}
