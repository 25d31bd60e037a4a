// What happens to a flow, as a job of its own: in a queue beside that of the flow, which every worker of the flow consumes.
import { randomUUID } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { job, type AnyJob } from '../contract/job.js';
import type { OutgoingJob } from '../engine/work-queue.js';
import {
  amount,
  byType,
  count,
  flag,
  MISFIT,
  optional,
  readForeignJson,
  shape,
  text,
  type Reader,
} from '../foreign-text/reader.js';
import type { FlowAddress } from './flow-record.js';

/** Which step of which flow a job is. It travels with the job. */
export interface StepPlace {
  /** The queue of the flow. */
  readonly queue: string;
  readonly flow: string;
  /** The name of its contract. */
  readonly name: string;
  readonly sentAtMs: number;
  readonly step: string;
  readonly run: number;
  /** Whether it undoes the step. */
  readonly isUndo: boolean;
}

/** One thing that happened to a flow, in its run of this number. */
export type FlowEvent = { readonly flow: string; readonly sentAtMs: number; readonly run: number } & (
  | { readonly type: 'begun' }
  | StepEnded
  | { readonly type: 'cancelled'; readonly why: string }
  | { readonly type: 'redriven'; readonly atMs: number }
  | FlowDied
);

/** The job of the flow became a dead letter, for whichever reason. */
interface FlowDied {
  readonly type: 'died';
  readonly why: string;
}

/** A step has a result, which may be null, or a reason why it failed. */
export interface StepEnded {
  readonly type: 'ended';
  readonly step: string;
  readonly isUndo: boolean;
  readonly result?: unknown;
  readonly reason?: string | undefined;
}

/** The queue of what happens to a queue's flows. The braces keep it in the queue's own slot of a cluster. */
export function flowEventQueue(queue: string): string {
  return `${/\{[^}]+\}/.test(queue) ? queue : `{${queue}}`}@flow`;
}

/** The contract of what happens to the flows of one queue. */
export function flowEventContract(queue: string, name: string): AnyJob {
  const backoff = { type: 'exponential', delayMs: 500, jitter: 0.5 } as const;
  return job(name, { queue: flowEventQueue(queue), data: EVENT_SCHEMA, attempts: 20, backoff });
}

/** The job that reports it: its id is that of the event, so that one that is sent again is not added again. */
function eventJob(name: string, id: string, payload: string): OutgoingJob {
  return { id, name, payload, delayMs: 0, priority: 0, attempts: undefined, backoff: undefined };
}

/** The job that reports that a flow has begun, was cancelled or redriven, in its run of this number, or that its job died in that delivery. Each cancel is another: a second one cancels what is under way then. */
export function flowEventJob(flow: NamedFlow, event: OwnEvent, run: number): OutgoingJob {
  const own = event.type === 'cancelled' ? `.${randomUUID()}` : '';
  const id = `${event.type}:${flow.id}:${flow.sentAtMs.toString(36)}.${run}${own}`;
  return eventJob(flow.name, id, JSON.stringify({ flow: flow.id, sentAtMs: flow.sentAtMs, run, ...event }));
}

/** A flow, and the name of its contract. */
export type NamedFlow = FlowAddress & { readonly name: string };

type OwnEvent =
  | { readonly type: 'begun' }
  | { readonly type: 'cancelled'; readonly why: string }
  | { readonly type: 'redriven'; readonly atMs: number }
  | FlowDied;

/** How a step ended: its result as JSON text, or why it failed. */
export type StepEnd = { readonly json: string } | { readonly reason: string };

/** The job that reports the end of a step. `of` names the delivery that ended it, so that each end is reported once. */
export function stepEndJob(place: StepPlace, end: StepEnd, of: string): OutgoingJob {
  const { flow, name, sentAtMs, step, run, isUndo } = place;
  const id = `${of}:${flow}:${sentAtMs.toString(36)}.${step}.${run}${isUndo ? '.undo' : ''}`;
  const facts = { type: 'ended', flow, sentAtMs, step, run, isUndo, ...('reason' in end && end) };
  const written = JSON.stringify(facts);
  // The result as the text that it is: it was written once, within the limits of the worker.
  return eventJob(name, id, 'json' in end ? `${written.slice(0, -1)},"result":${end.json}}` : written);
}

export function writePlace(place: StepPlace): string {
  return JSON.stringify(place);
}

/** Undefined for what is none: any client may have written it. */
export function readPlace(json: string): StepPlace | undefined {
  const read = readForeignJson(json, place, MOST_CHARS);
  return read === MISFIT ? undefined : read;
}

const anyText = text(Infinity);

const place = shape<StepPlace>({
  queue: anyText,
  flow: anyText,
  name: anyText,
  sentAtMs: amount,
  step: anyText,
  run: count,
  isUndo: flag,
});

const MOST_CHARS = 65_536;

const whose = { flow: anyText, sentAtMs: amount, run: count };
const anything: Reader<unknown> = (value) => value;
type Of<Type extends FlowEvent['type']> = Extract<FlowEvent, { readonly type: Type }>;

const readEvent = byType<FlowEvent>({
  begun: shape<Of<'begun'>>({ ...whose, type: is('begun') }),
  ended: shape<Of<'ended'>>({
    ...whose,
    type: is('ended'),
    step: anyText,
    isUndo: flag,
    result: anything,
    reason: optional(anyText),
  }),
  cancelled: shape<Of<'cancelled'>>({ ...whose, type: is('cancelled'), why: anyText }),
  died: shape<Of<'died'>>({ ...whose, type: is('died'), why: anyText }),
  redriven: shape<Of<'redriven'>>({ ...whose, type: is('redriven'), atMs: amount }),
});

function is<const Type extends string>(type: Type): Reader<Type> {
  return (value) => (value === type ? type : MISFIT);
}

/** What another client puts into the queue is refused, like any payload off its schema. */
const EVENT_SCHEMA: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'acktor',
    validate: (value) => {
      const event = readEvent(value);
      return event === MISFIT ? { issues: [{ message: 'expected what happened to a flow' }] } : { value: event };
    },
  },
};
