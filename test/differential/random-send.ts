// A random state for a producer to send to, and what it sends in one turn.
import type { OutgoingJob } from './core-inside.js';
import type { Dice } from './dice.js';
import { randomState, type QueueState } from './random-state.js';
import { PREFIX, type Command } from './state-draft.js';

/** A state in which more of what a send looks at may be odd than of what a channel does. */
export function randomSendState(dice: Dice): QueueState {
  const state = randomState(dice);
  return { ...state, commands: [...state.commands, ...oddParts(dice)] };
}

/** Draws up the jobs: most are ordinary, and those that follow each other often alike. */
export function randomSend(dice: Dice, state: QueueState): readonly OutgoingJob[] {
  const jobs: OutgoingJob[] = [];
  const count = dice.chance(0.1) ? dice.int(20, 60) : dice.int(1, 8);
  for (let i = 0; i < count; i += 1) {
    const kind = i > 0 && dice.chance(0.7) ? (jobs[i - 1] ?? randomKind(dice)) : randomKind(dice);
    jobs.push({ ...kind, id: randomId(dice, state, jobs), payload: dice.pick(['null', '{"text":"ü"}', '[1,2]']) });
  }
  return jobs;
}

type JobKind = Omit<OutgoingJob, 'id' | 'payload'>;

function randomKind(dice: Dice): JobKind {
  return {
    name: dice.pick(['note', 'mail']),
    delayMs: dice.odd('delayed send', 0.2) ? dice.pick([1, 5_000]) : 0,
    priority: dice.odd('prioritized send', 0.2) ? dice.int(1, 3) : 0,
    ...dice.pick(RETRIES),
    ...(dice.chance(0.1) ? { version: dice.int(1, 2) } : {}),
    ...(dice.chance(0.1) ? { trace: '{"traceparent":"00-1-2-01"}' } : {}),
  };
}

const RETRIES: readonly Pick<OutgoingJob, 'attempts' | 'backoff'>[] = [
  { attempts: undefined, backoff: undefined },
  { attempts: 1, backoff: undefined },
  { attempts: 5, backoff: { type: 'fixed', delayMs: 20 } },
  { attempts: 5, backoff: { type: 'exponential', delayMs: 1_000, jitter: 0.1 } },
];

function randomId(dice: Dice, { held, waiting }: QueueState, earlier: readonly OutgoingJob[]): string {
  const known = [...held, ...waiting];
  if (known.length > 0 && dice.odd('known id', 0.1)) return dice.pick(known).id;
  if (earlier.length > 0 && dice.odd('id twice', 0.05)) return dice.pick(earlier).id;
  return `sent-${earlier.length}-${dice.int(0, 9_999)}`;
}

function oddParts(dice: Dice): readonly Command[] {
  const odd: Command[] = [];
  const counters = ['-5', '1.5', 'none', '9223372036854775805'];
  if (dice.odd('odd counter', 0.05)) odd.push(['SET', `${PREFIX}id`, dice.pick(counters)]);
  const lengths = ['-1', '', 'many', '007', '12345678901234567890'];
  if (dice.odd('odd length of events', 0.05))
    odd.push(['HSET', `${PREFIX}meta`, 'opts.maxLenEvents', dice.pick(lengths)]);
  if (!dice.odd('misplaced part', 0.3)) return odd;
  const key = PREFIX + dice.pick(PARTS);
  const wrong = dice.pick<Command>([
    ['SET', key, 'no part'],
    ['SADD', key, 'no part'],
  ]);
  return [...odd, ['DEL', key], wrong];
}

const PARTS = ['wait', 'id', 'meta', 'events', 'marker', 'active', 'delayed', 'prioritized', 'pc'];
