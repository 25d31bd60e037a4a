// Lets the time of an engine in memory pass, and waits for what comes of it: signals of the engine, and no sleeps.
import type { VirtualClock } from './clock.js';
import { isLeased, processOf, renewProcess } from './deliveries.js';
import { reap } from './memory-liveness.js';
import type { MemoryStore } from './memory-store.js';
import { NotDrainedError } from '../errors.js';
import type { StoredJob } from './stored-job.js';
import type { StoredQueue } from './stored-queue.js';

/** Changes of an engine's queues, counted, and a way to wait for the next. */
export class Changes {
  count = 0;
  readonly #waiting = new Set<() => void>();

  readonly add = (): void => {
    this.count += 1;
    for (const wake of this.#waiting) wake();
  };

  /** Resolves with true at the next change, with false after so long of the machine's time. */
  next(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isChanged: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(isChanged);
      };
      const wake = () => end(true);
      const timer = setTimeout(() => end(false), Math.max(withinMs, 0));
      this.#waiting.add(wake);
    });
  }
}

/** The queues of an engine, and what happens in them. */
export interface Happening {
  readonly stores: () => readonly MemoryStore[];
  readonly changes: Changes;
}

export interface PassingTime extends Happening {
  readonly clock: VirtualClock;
}

/** Moves from one due moment to the next, and lets what is due then happen before it goes on. */
export async function advanceTo(atMs: number, patienceMs: number, passing: PassingTime): Promise<void> {
  const { clock } = passing;
  await quiet(passing, performance.now() + patienceMs);
  const ongoing = new Ongoing();
  ongoing.add(passing);
  for (;;) {
    const lossMs = nextLossMs(passing);
    const nextMs = Math.min(clock.nextAtMs, lossMs);
    if (nextMs > atMs) break;
    const wasIdle = isIdle(passing);
    const isRoutine = wasIdle || (clock.isRoutineNext && lossMs === Infinity);
    const untilMs = wasIdle ? Math.max(nextMs, Math.min(atMs, nextDueMs(passing))) : nextMs;
    renewPresent(passing, untilMs);
    const hasChanged = await step(untilMs, passing);
    if (!isRoutine || hasChanged) await settled(passing, ongoing, patienceMs);
  }
  renewPresent(passing, atMs);
  clock.moveTo(atMs);
  await settled(passing, ongoing, patienceMs);
}

/** Runs what is due until then, and what follows of it within this turn of the event loop. Returns whether that changed a queue. */
async function step(untilMs: number, { clock, changes }: PassingTime): Promise<boolean> {
  const { count } = changes;
  const hasChanged = () => changes.count !== count;
  try {
    clock.runUntil(untilMs, hasChanged);
    await microtasks();
    return hasChanged();
  } finally {
    clock.endStep(hasChanged());
  }
}

/** The deliveries that are not waited for: they run since before time began to pass, or have outlasted the patience with them. */
class Ongoing {
  readonly #fences = new Map<StoredJob, number>();

  /** Adds all that run now. */
  add(happening: Happening): void {
    for (const { active } of queuesOf(happening)) for (const job of active) this.#fences.set(job, job.deliveries);
  }

  has(job: StoredJob): boolean {
    return this.#fences.get(job) === job.deliveries;
  }
}

/** How long is waited, and what becomes of jobs that no worker consumes. */
export interface Draining {
  readonly withinMs: number;
  readonly unconsumed: 'refuse' | 'leave';
}

/** Resolves when nothing is ready, running or due now. @throws NotDrainedError. */
export async function drained({ withinMs, unconsumed }: Draining, passing: Happening): Promise<void> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    await quiet(passing, untilMs);
    const queues = queuesOf(passing);
    for (const queue of queues) queue.promoteDue();
    const counts = ({ consumers }: StoredQueue) => unconsumed === 'refuse' || consumers > 0;
    const busy = queues.filter((queue) => (queue.ready > 0 && counts(queue)) || queue.active.size > 0);
    if (busy.length === 0) return;
    const idle = busy.find((queue) => queue.ready > 0 && queue.consumers === 0 && counts(queue));
    if (idle) throw new NotDrainedError(`no worker consumes queue ${idle.name}, where ${readyJobs(idle.ready)}`);
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0 || !(await passing.changes.next(leftMs)))
      throw new NotDrainedError(`after ${withinMs} ms ${busy.map(stillBusy).join('; ')}`);
  }
}

function readyJobs(count: number): string {
  return count === 1 ? '1 job is ready' : `${count} jobs are ready`;
}

function stillBusy({ name, ready, active }: StoredQueue): string {
  const ids = [...active].slice(0, MOST_NAMED).map(({ sent }) => sent.id);
  return `queue ${name} has ${ready} jobs ready and ${active.size} running${ids.length > 0 ? `: ${ids.join(', ')}` : ''}`;
}

/** Resolves when consumers have taken what became ready, and the handlers that began since then have ended, or patience has. */
async function settled(passing: Happening, ongoing: Ongoing, patienceMs: number): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    await quiet(passing, untilMs);
    reapAll(passing);
    if (queuesOf(passing).every(({ active }) => [...active].every((job) => ongoing.has(job)))) return;
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0 || !(await passing.changes.next(leftMs))) return ongoing.add(passing);
  }
}

/**
 * Whether no handler runs, nothing is ready that could be taken, and no process is missed: until the next job is due, timers are those of workers
 * that renew nothing and poll in vain. They run one after the other; two hours take thousands.
 */
function isIdle(happening: Happening): boolean {
  return queuesOf(happening).every(
    ({ active, ready, consumers, missingSinceMs }) =>
      active.size === 0 && (ready === 0 || consumers === 0) && missingSinceMs.size === 0,
  );
}

function nextDueMs(happening: Happening): number {
  return Math.min(Infinity, ...queuesOf(happening).map(({ delayed }) => delayed.first?.dueAtMs ?? Infinity));
}

/** Lets promises that are settled call back, and what follows of that, within this turn of the event loop. */
async function microtasks(): Promise<void> {
  for (let ticks = 0; ticks < MICROTASKS; ticks += 1) await Promise.resolve();
}

/** Resolves when a few turns of the event loop have brought no change, and no later than `untilMs`: some jobs send themselves for ever. */
async function quiet({ changes }: Happening, untilMs: number): Promise<void> {
  for (let turns = 0, { count } = changes; turns < QUIET_TURNS; turns += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (changes.count === count) continue;
    if (performance.now() >= untilMs) return;
    [turns, count] = [-1, changes.count];
  }
}

/** Time passes in leaps, which no heartbeat keeps up with: a process that renewed its leases is taken to have renewed them all the while. */
function renewPresent({ stores }: Happening, untilMs: number): void {
  for (const store of stores()) {
    const leapMs = untilMs - store.clock.now();
    for (const { id, queues, leaseMs } of store.processes)
      if (leaseMs !== undefined) queues.forEach((name) => renewProcess(store.queue(name), id, leapMs + leaseMs));
  }
}

function reapAll({ stores }: Happening): void {
  for (const store of stores())
    for (const queue of store.queues.values())
      // The next turn of a heartbeat reports them.
      if (queue.rules) queue.returned.push(...reap(queue, queue.rules, store));
}

/** When the next lease expires, or the next grace time is over, of a process that is gone. */
function nextLossMs({ stores }: Happening): number {
  const times = stores().flatMap((store) =>
    [...store.queues.values()].flatMap((queue) => {
      const { rules, active, missingSinceMs } = queue;
      if (rules === undefined) return [];
      const gone = [...active].filter((job) => isLeased(queue, job) && !store.isPresent(processOf(job)));
      const graces = [...missingSinceMs.values()].map((sinceMs) => sinceMs + rules.graceMs);
      return [...graces, ...gone.map(({ lease }) => lease?.untilMs ?? Infinity)];
    }),
  );
  return Math.min(Infinity, ...times);
}

function queuesOf({ stores }: Happening): readonly StoredQueue[] {
  return stores().flatMap(({ queues }) => [...queues.values()]);
}

/** A reply travels on in the next turn, and is worked on in the one after that. */
const QUIET_TURNS = 3;
/** Far more than a renewal of nothing takes. */
const MICROTASKS = 20;
const MOST_NAMED = 10;
