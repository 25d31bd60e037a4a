// The same jobs as BullMQ's own client would add them, one call each, with the arguments that its RedisQueueBackend writes (6.7).
import { storedOptions, type OutgoingJob } from './core-inside.js';
import { key, pack, type PlainCall } from './plain-call.js';
import type { QueueState } from './random-state.js';
import { PREFIX } from './state-draft.js';

/** One call; undefined for a job that the queue has, which Acktor leaves alone. BullMQ counts it, and publishes an event. */
export type PlainSend = Pick<PlainCall, 'script' | 'keys' | 'args'> | undefined;

/** A call for each job, in order. */
export function plainSends(jobs: readonly OutgoingJob[], { commands, now }: QueueState): readonly PlainSend[] {
  const known = new Set<string | undefined>();
  for (const [name, at] of commands) {
    if (name === 'DEL') known.delete(at);
    else known.add(at);
  }
  return jobs.map((job) => {
    if (known.has(key(job.id))) return undefined;
    known.add(key(job.id));
    return plainSend(job, now);
  });
}

function plainSend(job: OutgoingJob, now: number): PlainSend {
  const script = scriptOf(job);
  const args = [PREFIX, job.id, job.name, now, null, null, undefined, undefined, null, null];
  return {
    script,
    keys: KEYS[script].map(key),
    args: [pack(args), job.payload, pack(JSON.parse(storedOptions(job)))],
  };
}

function scriptOf({ delayMs, priority }: OutgoingJob): keyof typeof KEYS {
  if (delayMs > 0) return 'addDelayedJob';
  return priority > 0 ? 'addPrioritizedJob' : 'addStandardJob';
}

const KEYS = {
  addStandardJob: ['wait', 'paused', 'meta', 'id', 'completed', 'delayed', 'active', 'events', 'marker'],
  addDelayedJob: ['marker', 'meta', 'id', 'delayed', 'completed', 'events'],
  addPrioritizedJob: ['marker', 'meta', 'id', 'prioritized', 'delayed', 'completed', 'active', 'events', 'pc'],
} as const;
