// Parents and children in memory: which child is open, and the parent that goes on when none is.
import type { ChildOutcome, ChildRef, JobChildren, NewChild } from '@acktor/core/engine';
import type { ChildEnd, StoredJob } from './stored-job.js';

/** What is needed of the queues of parent and child. */
export interface FamilyQueue {
  readonly jobs: ReadonlyMap<string, StoredJob>;
  send(job: NewChild['job']): unknown;
  wait(job: StoredJob, end: 'head'): void;
}

interface Family {
  readonly parent: StoredJob;
  readonly queue: FamilyQueue;
  /** The child's. */
  readonly target: FamilyQueue;
}

/** Adds a child to a job whose lease holds. */
export function addChild(
  { parent, queue, target }: Family,
  { queue: name, job, ifDead }: NewChild,
): Exclude<ChildOutcome, 'lost'> {
  const key = keyOf({ queue: name, id: job.id });
  if (parent.children.has(key)) return 'known';
  if (target.jobs.has(job.id)) return 'taken';
  target.send(job);
  const child = target.jobs.get(job.id);
  if (child === undefined) return 'taken';
  const release = () => {
    const isThere = queue.jobs.get(parent.sent.id) === parent;
    if (isThere && parent.place === 'waitingForChildren') queue.wait(parent, 'head');
  };
  child.parent = { job: parent, ifDead, release };
  parent.children.set(key, OPEN);
  return 'added';
}

/** Whether the job has anything to wait for. */
export function hasToWait(job: StoredJob): boolean {
  const ends = [...job.children.values()];
  return ends.some(({ kind }) => kind === 'open') && !ends.some(({ kind }) => kind === 'fatal');
}

export function childrenOf({ children }: StoredJob): JobChildren {
  const found = { open: 0, acked: [], dead: [], fatal: [] } as Mutable<JobChildren>;
  for (const [key, end] of children) {
    const ref = refOf(key);
    if (end.kind === 'open') found.open += 1;
    else if (end.kind === 'acked') found.acked.push({ ...ref, result: end.result });
    else if (end.kind === 'dead') found.dead.push({ ...ref, reason: end.reason });
    else found.fatal.push(ref);
  }
  return found;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };

/** To be called when a job has been acked or dead-lettered. */
export function ended(child: StoredJob): void {
  const { parent, place, result = 'null', reason = '' } = child;
  if (parent === undefined) return;
  const { children } = parent.job;
  const key = keyOf({ queue: child.queue, id: child.sent.id });
  if (children.get(key)?.kind !== 'open') return;
  if (place === 'acked') children.set(key, { kind: 'acked', result });
  else if (parent.ifDead === 'goOn') children.set(key, { kind: 'dead', reason });
  else {
    children.set(key, { kind: 'fatal' });
    parent.job.poisoned ??= `child ${child.queue}:${child.sent.id} failed`;
  }
  if (!hasToWait(parent.job)) parent.release();
}

/** To be called when a job is removed that may not have ended: nothing waits for it any more. */
export function removed(child: StoredJob): void {
  const { parent } = child;
  const key = keyOf({ queue: child.queue, id: child.sent.id });
  if (parent?.job.children.get(key)?.kind !== 'open') return;
  parent.job.children.delete(key);
  if (!hasToWait(parent.job)) parent.release();
}

/** To be called when a dead letter is redriven: its parent counts it as open again. */
export function redriven(child: StoredJob): void {
  child.parent?.job.children.set(keyOf({ queue: child.queue, id: child.sent.id }), OPEN);
}

const OPEN: ChildEnd = { kind: 'open' };

/** Names of queues have no control characters. */
function keyOf({ queue, id }: ChildRef): string {
  return `${queue}\n${id}`;
}

function refOf(key: string): ChildRef {
  const [queue = '', id = ''] = key.split('\n');
  return { queue, id };
}
