// One turn: what a mail makes of an actor, computed of what was read, and written by nobody yet.
import type { ActorEventObject } from '@acktor/core';
import type { ActorRecord, InvocationRecord, Mail, TimerRecord } from '@acktor/core/internal';
import type { Effect, DurableLogic, Step } from './logic.js';
import { endEvent } from './xstate-logic.js';

/** A mail that may be a turn. */
export type TurnMail = Extract<Mail, { readonly type: 'start' | 'event' | 'alarm' | 'end' | 'stop' }>;

export interface TurnGiven {
  readonly logic: DurableLogic;
  readonly version: number;
  /** Whether an actor begins with its first event. */
  readonly isVirtual: boolean;
  /** The actor as it was read, of this version; undefined where there is none. */
  readonly record: ActorRecord | undefined;
  readonly address: ActorAddressParts;
  /** The number of this turn. */
  readonly turn: number;
  /** The id of the mail's job. */
  readonly mailId: string;
  /** What becomes of an event that no state takes. */
  readonly unhandled: Unhandled;
}

/** What becomes of an event that no state takes: it is dropped, or a dead letter, or kept with the actor until a state takes it. */
export type Unhandled = 'drop' | 'deadLetter' | 'stash';

/** Whose turn it is. */
export interface ActorAddressParts {
  readonly name: string;
  readonly id: string;
}

/** The id of an effect, by the turn and its place there: of the job that it becomes, and for services that take a thing once by such a key. */
export function effectId({ name, id }: ActorAddressParts, place: string): string {
  return `@${name}:${id}:${place}`;
}

/** An effect, under the place that it has in its turn. */
export type PlacedEffect = Effect & { readonly place: string };

/** What is to be stored, and done because of it. */
export interface Applied {
  readonly outcome: 'applied' | 'stashed';
  readonly record: ActorRecord;
  readonly effects: readonly PlacedEffect[];
  /** The invoked jobs whose ends are not wanted any more. */
  readonly cancelled: readonly InvocationRecord[];
}

export type TurnOutcome =
  | Applied
  | { readonly outcome: 'dropped' | 'repeated' | 'stale' }
  /** The event is a dead letter. */
  | { readonly outcome: 'refused'; readonly why: string };

/** Pure. @throws what the logic throws. */
export function takeTurn(mail: TurnMail, given: TurnGiven): TurnOutcome {
  const { record } = given;
  if (record === undefined) return begin(mail, given);
  if (mail.type === 'start' || (mail.type === 'event' && record.recent.includes(given.mailId)))
    return { outcome: 'repeated' };
  if (record.status !== 'active') return { outcome: mail.type === 'event' ? 'dropped' : 'stale' };
  if (mail.type === 'stop') return stopped(record);
  const going = eventOf(mail, record);
  if (going === undefined) return { outcome: 'stale' };
  const step = given.logic.step(going.record.snapshot, going.event);
  if (step === undefined) return takenByNone(mail, going.record, given);
  const recent = mail.type === 'event' ? withRecent(record, given.mailId) : record.recent;
  return withStashed({ ...going.record, recent }, step, given);
}

function withRecent({ recent }: ActorRecord, mailId: string): readonly string[] {
  return [...recent, mailId].slice(-KEPT_EVENTS);
}

/** Applies after the step what waits and is taken by the state that it leads to, the first first, and of one turn all. */
function withStashed(record: ActorRecord, first: Step, given: TurnGiven): Applied {
  const { logic } = given;
  const steps: [Step, ...Step[]] = [first];
  const stash = [...(record.stash ?? [])];
  for (let at = 0, last = first; at < stash.length && last.status === 'active';) {
    const [event] = stash.slice(at, at + 1);
    const step = event && logic.step(asStored(last.snapshot), event);
    if (step === undefined) {
      at += 1;
      continue;
    }
    steps.push(step);
    stash.splice(at, 1);
    // Another state may take what those before it did not.
    [at, last] = [0, step];
  }
  return applied({ ...record, stash }, steps, given);
}

function begin(mail: TurnMail, given: TurnGiven): TurnOutcome {
  const { logic, version, isVirtual, mailId } = given;
  const none: ActorRecord = { ...NONE, version };
  if (mail.type === 'start') return applied(none, [logic.start(mail.input)], given);
  if (mail.type !== 'event' || !isVirtual) return { outcome: mail.type === 'event' ? 'dropped' : 'stale' };
  const first = logic.start(undefined);
  const begun = { ...none, recent: [mailId] };
  const next = first.status === 'active' ? logic.step(asStored(first.snapshot), mail.event) : undefined;
  if (next) return applied(begun, [first, next], given);
  if (first.status !== 'active' || given.unhandled === 'drop') return applied(begun, [first], given);
  const kept = takenByNone(mail, none, given);
  return 'record' in kept ? { ...applied(kept.record, [first], given), outcome: 'stashed' } : kept;
}

const NONE: Omit<ActorRecord, 'version'> = {
  status: 'active',
  snapshot: undefined,
  tags: [],
  timers: {},
  invocations: {},
  recent: [],
};

/** The event that the mail is, and the record without what it uses up; undefined where that was used up before. */
function eventOf(
  mail: Exclude<TurnMail, { readonly type: 'start' | 'stop' }>,
  record: ActorRecord,
): { readonly event: ActorEventObject; readonly record: ActorRecord } | undefined {
  if (mail.type === 'event') return { event: mail.event, record };
  if (mail.type === 'alarm') {
    const timer = record.timers[mail.timer];
    if (timer?.generation !== mail.generation) return undefined;
    return { event: timer.event, record: { ...record, timers: without(record.timers, mail.timer) } };
  }
  const invocation = record.invocations[mail.invocation];
  if (invocation?.incarnation !== mail.incarnation) return undefined;
  const invocations = without(record.invocations, mail.invocation);
  return { event: endEvent(mail.invocation, mail), record: { ...record, invocations } };
}

/** No state takes the event. What an alarm or the end of a job has used up is used up all the same. */
function takenByNone(mail: TurnMail, record: ActorRecord, { unhandled, mailId }: TurnGiven): TurnOutcome {
  if (mail.type === 'event') {
    if (unhandled === 'drop') return { outcome: 'dropped' };
    const { type } = mail.event;
    if (unhandled === 'deadLetter') return { outcome: 'refused', why: `no state takes the event ${type}` };
    const stash = [...(record.stash ?? []), mail.event];
    if (stash.length > MOST_STASHED)
      return { outcome: 'refused', why: `no state takes the event ${type}, and ${MOST_STASHED} wait already` };
    return { ...NO_EFFECTS, outcome: 'stashed', record: { ...record, stash, recent: withRecent(record, mailId) } };
  }
  if (mail.type === 'end' && mail.reason !== undefined)
    throw new Error(
      `the invoked job ${mail.invocation} is a dead letter, and no state has an onError for it: ${mail.reason}`,
    );
  return { ...NO_EFFECTS, outcome: 'applied', record };
}

const NO_EFFECTS = { effects: [], cancelled: [] } as const;

function stopped(record: ActorRecord): Applied {
  const cancelled = Object.values(record.invocations);
  const end: ActorRecord = { ...record, status: 'stopped', timers: {}, invocations: {}, stash: [] };
  return { outcome: 'applied', record: end, effects: [], cancelled };
}

function applied(
  before: ActorRecord,
  steps: readonly [Step, ...Step[]],
  { version, turn, address }: TurnGiven,
): Applied {
  const pending = new Pending(before, address);
  for (const [index, effect] of steps.flatMap(({ effects }) => effects).entries())
    pending.add({ ...effect, place: `${turn}.${index}` });
  const last = steps.at(-1) ?? steps[0];
  const isActive = last.status === 'active';
  if (!isActive) pending.end();
  const record: ActorRecord = {
    version,
    status: last.status,
    snapshot: last.snapshot,
    tags: last.tags,
    timers: Object.fromEntries(pending.timers),
    invocations: Object.fromEntries(pending.invocations),
    recent: before.recent,
    ...(isActive && before.stash?.length && { stash: before.stash }),
  };
  return { outcome: 'applied', record, effects: pending.effects, cancelled: pending.cancelled };
}

/** What an actor waits for while the effects of a turn are gone through: what is begun and given up in the same turn never begins. */
class Pending {
  readonly timers: Map<string, TimerRecord>;
  readonly invocations: Map<string, InvocationRecord>;
  readonly cancelled: InvocationRecord[] = [];
  readonly #address: ActorAddressParts;
  readonly #begun = new Map<string, PlacedEffect>();
  readonly #others: PlacedEffect[] = [];

  constructor({ timers, invocations }: ActorRecord, address: ActorAddressParts) {
    this.timers = new Map(Object.entries(timers));
    this.invocations = new Map(Object.entries(invocations));
    this.#address = address;
  }

  get effects(): readonly PlacedEffect[] {
    return [...this.#begun.values(), ...this.#others];
  }

  add(effect: PlacedEffect): void {
    const { place } = effect;
    switch (effect.type) {
      case 'schedule':
        this.timers.set(effect.timer, { generation: place, event: effect.event });
        return void this.#begun.set(`timer ${effect.timer}`, effect);
      case 'cancel':
        this.timers.delete(effect.timer);
        return void this.#begun.delete(`timer ${effect.timer}`);
      case 'invoke':
        return this.#invoke(effect);
      case 'stop':
        return this.#stop(effect.invocation);
      default:
        this.#others.push(effect);
    }
  }

  /** The actor is done: nothing is waited for any more. */
  end(): void {
    for (const timer of this.timers.keys()) this.add({ type: 'cancel', timer, place: '' });
    for (const invocation of this.invocations.keys()) this.#stop(invocation);
  }

  #invoke(effect: PlacedEffect & { readonly type: 'invoke' }): void {
    const { invocation, place, job } = effect;
    this.#stop(invocation);
    this.invocations.set(invocation, { incarnation: place, queue: job.queue, job: effectId(this.#address, place) });
    this.#begun.set(`job ${invocation}`, effect);
  }

  #stop(invocation: string): void {
    const known = this.invocations.get(invocation);
    if (known && !this.#begun.delete(`job ${invocation}`)) this.cancelled.push(known);
    this.invocations.delete(invocation);
  }
}

function without<T>(of: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(of).filter(([key]) => key !== name));
}

/** What a snapshot is once it has been stored. */
function asStored(snapshot: unknown): unknown {
  return JSON.parse(JSON.stringify(snapshot));
}

/** Each as long as an id, in every record. */
const KEPT_EVENTS = 32;
/** Each is tried in every turn. */
const MOST_STASHED = 100;
