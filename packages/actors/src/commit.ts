// What the ack of a mail stores: the actor's record, and the jobs that the effects of its turn become.
import type { AnyJob, JsonLimits, TurnResult } from '@acktor/core';
import type { OutgoingJob, QueuedSend, RecordWrite } from '@acktor/core/engine';
import {
  encodePayload,
  mailGroup,
  outgoingJob,
  sendWithAckOptions,
  statePaths,
  traceOfSend,
  writeInvocation,
  writeJson,
  type ActionsMail,
  type ActorPlace,
  type ActorRecord,
  type Mail,
} from '@acktor/core/internal';
import { listed, TurnError } from './errors.js';
import { effectId, type Applied, type PlacedEffect } from './turn.js';

export interface Committing {
  readonly place: ActorPlace;
  readonly queue: string;
  /** How often the record had been written when it was read. */
  readonly expected: number;
  /** How long an actor that has ended is kept. */
  readonly keepEndedMs: number;
  readonly maxBytes: number;
  readonly limits: JsonLimits;
}

/** What is acked, with what. */
export interface Commit {
  readonly result: TurnResult;
  readonly sends: readonly QueuedSend[];
  readonly write: RecordWrite;
}

/** Rejects with TurnError for a state that JSON does not carry, or that is too large; PayloadError for a job off its schema. */
export async function commitOf(applied: Applied, committing: Committing): Promise<Commit> {
  const { record } = applied;
  const { place, expected } = committing;
  const { value } = (record.snapshot ?? {}) as { readonly value?: unknown };
  const turn = expected + 1;
  return {
    result: { actor: place.id, outcome: applied.outcome, turn, status: record.status, value },
    sends: await sendsOf(applied, turn, committing),
    write: writeOf(record, value, committing),
  };
}

function writeOf(record: ActorRecord, value: unknown, committing: Committing): RecordWrite {
  const { place, expected, keepEndedMs, maxBytes } = committing;
  const { name, id } = place;
  const limits = { maxPayloadBytes: maxBytes, maxPayloadDepth: MOST_LEVELS, sizeOption: 'maxBytes' };
  const written = writeJson('actor', record, limits);
  if (!written.ok) throw new TurnError(name, id, `its state cannot be stored: ${listed(written.faults)}`);
  const isActive = record.status === 'active';
  const labels = [
    ...new Set([...statePaths(value), ...record.tags.map((tag) => `#${tag}`), `status ${record.status}`]),
  ];
  return { store: name, id, expected, value: written.value, labels, ...(!isActive && { keptMs: keepEndedMs }) };
}

async function sendsOf(applied: Applied, turn: number, committing: Committing): Promise<readonly QueuedSend[]> {
  const { place, queue } = committing;
  const sends = await Promise.all(applied.effects.map((effect) => sendOf(effect, committing)));
  const cancels = applied.cancelled.map(({ queue: of, job, incarnation }) => {
    const why = `actor ${place.name}/${place.id} has left the state that it was invoked in`;
    const mail = { to: place.id, type: 'cancel', queue: of, job, why } as const;
    return { queue, job: mailJob(place, mail, { id: `${effectId(place, String(turn))}.cancel.${incarnation}` }) };
  });
  const actions = applied.effects.flatMap((effect) => (effect.type === 'act' ? [actionOf(effect)] : []));
  if (actions.length === 0) return [...sends.flat(), ...cancels];
  const mail: ActionsMail & { readonly to: string } = { to: place.id, type: 'actions', turn, actions };
  // A line of their own: one that fails holds up those of later turns, and no event.
  const group = mailGroup({ ...place, id: `${place.id}!` });
  const acts = { queue, job: mailJob(place, mail, { id: effectId(place, `${turn}.actions`), group }) };
  return [...sends.flat(), ...cancels, acts];
}

function actionOf({ name, params, context, event, place }: PlacedEffect & { readonly type: 'act' }) {
  const index = Number(place.slice(place.indexOf('.') + 1));
  return { name, index, context, event, ...(params !== undefined && { params }) };
}

async function sendOf(effect: PlacedEffect, committing: Committing): Promise<readonly QueuedSend[]> {
  const { place, queue, limits } = committing;
  const id = effectId(place, effect.place);
  if (effect.type === 'schedule') {
    const mail = { to: place.id, type: 'ring', timer: effect.timer, generation: effect.place } as const;
    return [{ queue, job: mailJob(place, mail, { id, delayMs: Math.ceil(effect.delayMs) }) }];
  }
  if (effect.type === 'send') {
    const { job, data, key } = effect;
    return [{ queue: job.queue, job: await jobFor(job, data, { id, key, limits }) }];
  }
  if (effect.type !== 'invoke') return [];
  const { job, input, invocation } = effect;
  const flow = writeInvocation({ ...place, queue, invocation, incarnation: effect.place });
  return [{ queue: job.queue, job: { ...(await jobFor(job, input, { id, limits })), flow } }];
}

interface JobParts {
  readonly id: string;
  readonly key?: string | undefined;
  readonly limits: JsonLimits;
}

async function jobFor(job: AnyJob, data: unknown, { id, key, limits }: JobParts): Promise<OutgoingJob> {
  const payload = await encodePayload(job, data as never, limits);
  const trace = traceOfSend({ queue: job.queue, name: job.name, id });
  return outgoingJob(job, { id, payload, trace, options: key === undefined ? NO_OPTIONS : { ...NO_OPTIONS, key } });
}

/** A mail that the actor's own workers send. */
export function mailJob(
  { name }: ActorPlace,
  mail: Mail,
  own: Pick<OutgoingJob, 'id'> & Partial<Pick<OutgoingJob, 'delayMs' | 'group'>>,
): OutgoingJob {
  const plain = { delayMs: 0, priority: 0, attempts: undefined, backoff: undefined };
  return { name, payload: JSON.stringify(mail), ...plain, ...own };
}

const NO_OPTIONS = sendWithAckOptions.check();
/** Of a record, its own levels and those of its snapshot included. */
const MOST_LEVELS = 100;
