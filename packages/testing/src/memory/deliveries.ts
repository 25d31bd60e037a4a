// What happens to deliveries in memory: fetched under a lease, settled once, renewed, and given back when their worker is lost.
import type {
  AttemptEnd,
  DeadProcess,
  ReleasedJobs,
  RateLimit,
  Retention,
  ChannelReply,
  SettleAndFetchOptions,
  LeasedJob,
  QueuedSend,
  Settlement,
  SettleOutcome,
  Settling,
} from '@acktor/core/engine';
import { hasToWait } from './family.js';
import { mayRun } from './memory-schedules.js';
import { expiresAtMsOf, keepStack, recordOf, remember, type StoredJob } from './stored-job.js';
import type { StoredQueue } from './stored-queue.js';

/** Hands out the next job under this lease token; undefined when none is ready. */
export function fetch(
  queue: StoredQueue,
  token: string,
  options: Pick<SettleAndFetchOptions, 'leaseMs' | 'worker' | 'limit'>,
): ChannelReply['fetched'] {
  queue.promoteDue();
  const limit = limitOf(queue, options.limit);
  if (queue.limitedForMs(limit) > 0) return undefined;
  for (let job = queue.takeReady(); job !== undefined; job = queue.takeReady()) {
    if (isExpired(queue, job) && isDropped(queue, job)) continue;
    // One that was sent beside its schedule is as any other job.
    const slot = job.sent.slot === undefined ? job.slot : undefined;
    if (slot !== undefined && !mayRun(queue, job, slot)) continue;
    // One that is only to be dead-lettered does not count.
    if (job.poisoned === undefined) queue.countStart(limit);
    return { kind: 'job', job: lease(queue, job, { ...options, token }) };
  }
  return undefined;
}

/** The number that is stored with the queue counts before that of its workers, and their span before its own, as BullMQ has it. */
export function limitOf({ limits: { rate } }: StoredQueue, own: RateLimit | undefined): RateLimit | undefined {
  return rate === undefined ? own : { max: rate.max, durationMs: own?.durationMs ?? rate.durationMs };
}

/** Whether it was to be begun by now, and was not, but for workers that lost it. */
function isExpired(queue: StoredQueue, job: StoredJob): boolean {
  const atMs = expiresAtMsOf(job);
  return atMs !== undefined && job.deliveries === job.leasesLost && atMs <= queue.clock.now();
}

/** Ends an expired job for which there is no dead letter; the worker that gets another one makes it. Returns whether it has. */
function isDropped(queue: StoredQueue, job: StoredJob): boolean {
  const byMs = new Date(expiresAtMsOf(job) ?? 0).toISOString();
  const reason = `expired: the job was to be begun by ${byMs}, and nothing had fetched it`;
  if (job.sent.expiry?.whenExpired !== 'remove') {
    job.poisoned = reason;
    return false;
  }
  queue.end(job, 'deadLettered');
  queue.publish(job, { kind: 'dead', reason });
  queue.remove(job);
  return true;
}

interface Leasing extends Pick<SettleAndFetchOptions, 'leaseMs' | 'worker'> {
  readonly token: string;
}

/** Hands out this job. */
export function lease(queue: StoredQueue, job: StoredJob, { token, leaseMs, worker }: Leasing): LeasedJob {
  const nowMs = queue.clock.now();
  queue.activate(job);
  job.lease = { token, untilMs: nowMs + leaseMs };
  job.deliveries += 1;
  job.startedAtMs = nowMs;
  job.workerId = worker;
  queue.publish(job, { kind: 'started' });
  return { record: recordOf(job), leaseToken: token };
}

/** What a settlement needs besides its queue. */
export interface SettleDeps {
  readonly retention: Retention;
  /** Adds what is sent with it. */
  readonly send: (send: QueuedSend) => void;
}

/** Ends a delivery, once: the same again returns `stored` until the job is handed out anew, and adds nothing. */
export function settle(
  queue: StoredQueue,
  { job: leased, settlement, attempt }: Settling,
  { retention, send }: SettleDeps,
): SettleOutcome {
  const job = queue.jobs.get(leased.record.id);
  if (job === undefined) return 'gone';
  if (!isSameDelivery(job, leased)) return 'lost';
  if (job.place !== 'active') return 'stored';
  if (!isHolder(queue, job, leased)) return 'lost';
  apply(queue, job, settlement);
  if (attempt !== undefined && settlement.kind !== 'ack') remember(job, attempt, queue.clock.now());
  if (settlement.kind === 'ack' || settlement.kind === 'deadLetter') queue.trim(retention);
  if (settlement.write) queue.records.write(settlement.write);
  settlement.sends?.forEach(send);
  return 'stored';
}

function apply(queue: StoredQueue, job: StoredJob, settlement: Settlement): void {
  switch (settlement.kind) {
    case 'ack':
      job.attemptsMade += 1;
      job.result = settlement.result;
      queue.end(job, 'acked');
      return queue.publish(job, { kind: 'acked', result: settlement.result });
    case 'deadLetter':
      job.attemptsMade += 1;
      job.reason = settlement.failure.reason;
      keepStack(job, settlement.failure.stack);
      queue.end(job, 'deadLettered');
      return queue.publish(job, { kind: 'dead', reason: job.reason });
    case 'retry':
      job.attemptsMade += 1;
      // A handler that has thrown has not ended its process.
      job.suspicions = 0;
      job.reason = settlement.failure.reason;
      keepStack(job, settlement.failure.stack);
      comeBack(queue, job, Math.round(settlement.delayMs));
      return queue.publish(job, { kind: 'retried', reason: job.reason });
    case 'waitForChildren':
      if (hasToWait(job)) queue.waitForChildren(job);
      else queue.wait(job, 'head');
      return queue.publish(job, { kind: 'requeued', reason: settlement.reason });
    case 'requeue':
      if (settlement.afterMs === undefined) queue.wait(job, 'head');
      else queue.delay(job, Math.ceil(settlement.afterMs));
      return queue.publish(job, { kind: 'requeued', reason: settlement.reason });
  }
}

function comeBack(queue: StoredQueue, job: StoredJob, delayMs: number): void {
  if (delayMs > 0) queue.delay(job, delayMs);
  else queue.wait(job, 'tail');
}

/** Whether the job was neither handed out nor given back since. */
function isSameDelivery(job: StoredJob, { record }: LeasedJob): boolean {
  return job.deliveries === record.deliveries && job.leasesLost === record.leasesLost;
}

/** A lease that expired is still its holder's while nothing else has happened to the job. */
function isHolder(queue: StoredQueue, job: StoredJob, leased: LeasedJob): boolean {
  if (job.place !== 'active' || !isSameDelivery(job, leased)) return false;
  return job.lease?.token === leased.leaseToken || !isLeased(queue, job);
}

/** Whether the job has a lease that is not over. */
export function isLeased(queue: StoredQueue, { lease }: StoredJob): boolean {
  return lease !== undefined && lease.untilMs > queue.clock.now();
}

/** Renews the leases of what is held. Returns the tokens of those that are lost. */
export function renew(queue: StoredQueue, held: readonly LeasedJob[], leaseMs: number): readonly string[] {
  const untilMs = queue.clock.now() + leaseMs;
  const lost: string[] = [];
  for (const leased of held) {
    const job = queue.jobs.get(leased.record.id);
    if (job !== undefined && isHolder(queue, job, leased)) job.lease = { token: leased.leaseToken, untilMs };
    else lost.push(leased.leaseToken);
  }
  return lost;
}

/** Renews every lease of a process. */
export function renewProcess(queue: StoredQueue, process: string, leaseMs: number): readonly number[] {
  const untilMs = queue.clock.now() + leaseMs;
  const renewed: number[] = [];
  for (const job of queue.active) {
    if (!isLeased(queue, job) || processOf(job) !== process) continue;
    const token = job.lease?.token ?? '';
    job.lease = { token, untilMs };
    renewed.push(Number(token.slice(process.length + 1)));
  }
  return renewed;
}

/** The process that a job's lease token names. */
export function processOf({ lease }: StoredJob): string | undefined {
  return lease?.token.split('|')[0];
}

/** Breaks the leases of these jobs and puts them back at the heads, the oldest first; poisons those that lost too many. */
export function giveBack(queue: StoredQueue, jobs: readonly StoredJob[], deliveryLimit: number): void {
  for (const job of jobs.toReversed()) {
    loseLease(queue, job, { ending: isLeased(queue, job) ? 'workerDied' : 'leaseLost' });
    poison(job, deliveryLimit);
    queue.wait(job, 'head');
  }
}

function loseLease(
  queue: StoredQueue,
  job: StoredJob,
  { ending, reason }: { readonly ending: AttemptEnd; readonly reason?: string },
) {
  job.leasesLost += 1;
  queue.publish(job, { kind: 'lost' });
  const note = { attempt: job.attemptsMade + 1, fence: job.deliveries, worker: job.workerId ?? '', end: ending };
  remember(job, { ...note, ...(reason !== undefined && { reason }) }, queue.clock.now());
}

function poison(job: StoredJob, deliveryLimit: number): void {
  const lost = job.leasesLost - job.spared;
  if (lost <= deliveryLimit) return;
  job.poisoned = `the job lost its lease ${lost} times, more than the delivery limit of ${deliveryLimit}: it may be what ends its workers`;
}

/** Gives back what a dead process held; of one that ended itself, holds that against what it held. */
export function releaseDead(queue: StoredQueue, { process, deliveryLimit, ownEnd }: DeadProcess): ReleasedJobs {
  const held = [...queue.active].filter((job) => isLeased(queue, job) && processOf(job) === process);
  const returned = held.toReversed().map(({ sent }) => sent.id);
  if (held.length > 0) noteDeath(queue, process, held.length);
  if (ownEnd !== undefined) return { returned, suspected: judge(queue, held, { deliveryLimit, ownEnd }) };
  giveBack(queue, held, deliveryLimit);
  return { returned, suspected: [] };
}

interface Judging {
  readonly deliveryLimit: number;
  readonly ownEnd: OwnEnd;
}

/** A poisoned job goes to the head: the next worker that fetches it dead-letters it. A suspected job goes behind the others. */
function judge(queue: StoredQueue, held: readonly StoredJob[], { deliveryLimit, ownEnd }: Judging): readonly string[] {
  const { suspects } = ownEnd.trials;
  const suspected: string[] = [];
  const behind: StoredJob[] = [];
  for (const job of held.toReversed()) {
    const wasSuspected = job.suspicions > 0;
    loseLease(queue, job, { ending: 'workerDied', reason: ownEnd.how });
    const isTried = suspects.some((one) => one.queue === queue.name && one.jobId === job.sent.id);
    const isHeldAgainst = isTried || (suspects.length === 0 && !wasSuspected);
    if (isHeldAgainst) suspected.push(job.sent.id);
    else job.spared += 1;
    const isPoisoned = isHeldAgainst && suspect(job, deliveryLimit, ownEnd);
    if ((isHeldAgainst || wasSuspected) && !isPoisoned) behind.unshift(job);
    else queue.wait(job, 'head');
  }
  for (const job of behind) queue.wait(job, 'tail');
  return suspected;
}

/** Returns whether the job is poisoned. */
function suspect(job: StoredJob, deliveryLimit: number, { trials, poisonLimit, how, lastLines }: OwnEnd): boolean {
  const suspicions = job.suspicions + 1;
  if (trials.suspects.length <= 1 && suspicions < poisonLimit) {
    job.spared += 1;
    job.suspicions = suspicions;
  } else if (trials.suspects.length === 1 && trials.isAlone) {
    job.suspicions = suspicions;
    job.poisoned = `the job is poison: ${suspicions} workers ended by their own doing with it, the last one with nothing else under way (${how})`;
    keepStack(job, lastLines === '' ? undefined : lastLines);
  } else {
    poison(job, deliveryLimit);
  }
  return job.poisoned !== undefined;
}

type OwnEnd = NonNullable<DeadProcess['ownEnd']>;

/** Notes a process that died while it held jobs of the queue. The last hundred are kept, for a day. */
export function noteDeath(queue: StoredQueue, workerId: string, held: number): void {
  const atMs = queue.clock.now();
  queue.deaths = [{ workerId, atMs, held }, ...queue.deaths].slice(0, MOST_DEATHS);
}

const MOST_DEATHS = 100;
