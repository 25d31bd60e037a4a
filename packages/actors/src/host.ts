// An actor's mail in a worker: it reads the record, makes the turn, and hands over what the ack is to store.
import type { TurnResult } from '@acktor/core';
import type { StoredRecord } from '@acktor/core/engine';
import {
  actorRecordOf,
  cancelFlow,
  mailGroup,
  type ActorPlace,
  type ActorRecord,
  type Mail,
} from '@acktor/core/internal';
import { reject, type Delivery, type HostDeps, type Rejection, type TakeTurn, type TurnCommit } from '@acktor/worker';
import { commitOf, mailJob } from './commit.js';
import { TurnError } from './errors.js';
import type { DurableLogic } from './logic.js';
import { effectId, takeTurn, type TurnMail, type Unhandled } from './turn.js';

export interface ActorHostParts {
  readonly name: string;
  readonly queue: string;
  readonly version: number;
  readonly migrate: Readonly<Record<number, (snapshot: never) => unknown>>;
  readonly isVirtual: boolean;
  readonly pauses: boolean;
  readonly keepEndedMs: number;
  readonly maxBytes: number;
  readonly logic: DurableLogic;
  readonly answers: Answering;
  readonly unhandled: Unhandled;
}

/** How events are answered, by their types. */
export type Answering = Readonly<Record<string, ((given: never) => unknown) | undefined>>;

/** Returns what takes the turns of one type of actors. */
export function hostOf(parts: ActorHostParts, deps: HostDeps): TakeTurn {
  const host = new ActorHost(parts, deps);
  return (delivery) => host.take(delivery);
}

/** An actor as it was read. */
interface Found {
  readonly stored: StoredRecord | undefined;
  /** How often its record was written: 0 for one that is kept no longer. */
  readonly expected: number;
}

class ActorHost {
  readonly #parts: ActorHostParts;
  readonly #deps: HostDeps;

  constructor(parts: ActorHostParts, deps: HostDeps) {
    this.#parts = parts;
    this.#deps = deps;
  }

  take(delivery: Delivery): Promise<TurnCommit | Rejection> {
    const mail = delivery.data as Mail;
    switch (mail.type) {
      case 'ring':
        return this.#ring(mail);
      case 'cancel':
        return this.#cancel(mail);
      case 'actions':
        return this.#act(mail, delivery);
      default:
        return this.#turn(mail, delivery.id);
    }
  }

  async #turn(mail: TurnMail, mailId: string): Promise<TurnCommit | Rejection> {
    const { name, queue, version, isVirtual, logic, keepEndedMs, maxBytes } = this.#parts;
    // A question is answered in any state.
    const unhandled = this.#hasAnswer(mail) ? 'drop' : this.#parts.unhandled;
    const place = this.#placeOf(mail.to);
    const { stored, expected } = await this.#find(mail.to);
    const read = stored && actorRecordOf(mail.to, stored);
    if (read && read.version > version) return reject({ requeueInMs: NEWER_MS, reason: NEWER });
    const record = read && this.#migrated(mail.to, read);
    const address = { name, id: mail.to };
    const given = { logic, version, isVirtual, record, turn: expected + 1, mailId, address, unhandled };
    const outcome = takeTurn(mail, given);
    if (outcome.outcome === 'refused') return reject({ deadLetter: outcome.why });
    const { limits } = this.#deps;
    const isApplied = outcome.outcome === 'applied';
    const commit =
      'record' in outcome
        ? await commitOf(outcome, { place, queue, expected, keepEndedMs, maxBytes, limits })
        : unchanged(mail.to, outcome.outcome, { expected, record });
    const reply = this.#replyTo(mail, { record: 'record' in outcome ? outcome.record : record, isApplied });
    return reply ? { ...commit, result: { ...(commit.result as TurnResult), ...reply } } : commit;
  }

  #hasAnswer(mail: TurnMail): boolean {
    return mail.type === 'event' && mail.isAsked === true && Object.hasOwn(this.#parts.answers, mail.event.type);
  }

  /** What the event is answered with that is asked; undefined for any other mail, and where there is nothing to answer with. */
  #replyTo(mail: TurnMail, { record, isApplied }: After): { readonly reply: unknown } | undefined {
    if (mail.type !== 'event' || mail.isAsked !== true || record === undefined) return undefined;
    const { type } = mail.event;
    const { answers } = this.#parts;
    const { value, context, output } = record.snapshot as StatePart;
    const answer = this.#hasAnswer(mail) ? answers[type] : undefined;
    // Left out of JSON, it would be none.
    if (answer) return { reply: answer({ context, value, event: mail.event } as never) ?? null };
    return isApplied ? { reply: { value, context, output } } : undefined;
  }

  /** One that has ended, and is kept no longer, is none: its id may be taken again. */
  async #find(id: string): Promise<Found> {
    const { name, queue } = this.#parts;
    const { broker } = this.#deps;
    const stored = await broker.records(queue).read(name, id);
    if (stored === undefined) return NOTHING;
    const { keptUntilMs } = stored;
    if (keptUntilMs !== undefined && keptUntilMs <= (await broker.deadLetters(queue).nowMs())) return NOTHING;
    return { stored, expected: stored.turn };
  }

  #migrated(id: string, record: ActorRecord): ActorRecord {
    const { name, version, migrate } = this.#parts;
    let { snapshot } = record;
    for (let from = record.version; from < version; from += 1) {
      const step = migrate[from];
      if (step === undefined)
        throw new TurnError(name, id, `expected migrate to have a step from version ${from}, found none`);
      snapshot = step(snapshot as never);
    }
    return { ...record, version, snapshot };
  }

  /** The timer is due: it is a turn of its own behind what the actor was sent before, unless it was cancelled meanwhile. */
  async #ring({ to, timer, generation }: Extract<Mail, { readonly type: 'ring' }>): Promise<TurnCommit> {
    const { stored, expected } = await this.#find(to);
    const record = stored && actorRecordOf(to, stored);
    if (record?.timers[timer]?.generation !== generation) return unchanged(to, 'stale', { expected, record });
    const place = this.#placeOf(to);
    const own = { id: `${effectId(place, generation)}.due`, group: mailGroup(place) };
    const job = mailJob(place, { to, type: 'alarm', timer, generation }, own);
    return { ...unchanged(to, 'done', { expected, record }), sends: [{ queue: this.#parts.queue, job }] };
  }

  async #cancel({ to, queue, job, why }: Extract<Mail, { readonly type: 'cancel' }>): Promise<TurnCommit> {
    const { broker } = this.#deps;
    const ofFlow = await cancelFlow(broker, queue, { id: job, why });
    if (ofFlow === undefined) await broker.cancel(queue, job, why);
    return { result: { actor: to, outcome: 'done', turn: 0 } satisfies TurnResult, sends: [] };
  }

  async #act(mail: Extract<Mail, { readonly type: 'actions' }>, { signal }: Delivery): Promise<TurnCommit> {
    const place = this.#placeOf(mail.to);
    for (const { name, index, params, context, event } of mail.actions) {
      const id = effectId(place, `${mail.turn}.${index}`);
      await this.#parts.logic.act(name, { params, context, event, id, signal });
    }
    return { result: { actor: mail.to, outcome: 'done', turn: mail.turn } satisfies TurnResult, sends: [] };
  }

  #placeOf(id: string): ActorPlace {
    return { name: this.#parts.name, id, holds: this.#parts.pauses };
  }
}

interface After {
  /** After the turn. */
  readonly record: ActorRecord | undefined;
  readonly isApplied: boolean;
}

interface StatePart {
  readonly value?: unknown;
  readonly context?: unknown;
  readonly output?: unknown;
}

interface Unchanged {
  readonly expected: number;
  readonly record: ActorRecord | undefined;
}

function unchanged(actor: string, outcome: TurnResult['outcome'], { expected, record }: Unchanged): TurnCommit {
  const status = record && { status: record.status };
  return { result: { actor, outcome, turn: expected, ...status } satisfies TurnResult, sends: [] };
}

const NOTHING: Found = { stored: undefined, expected: 0 };
const NEWER_MS = 500;
const NEWER = 'the actor is one of a newer version: it waits for a newer worker';
