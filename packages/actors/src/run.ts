// What a chart may use in place of promises and side effects: jobs that are invoked, and jobs that are sent.
import type { ActorEvent, ActorEventObject, AnyActor, AnyJob, PayloadInput, ResultOf } from '@acktor/core';
import type { ActorLogic, EventObject, Snapshot } from 'xstate';

const RUN: unique symbol = Symbol.for('acktor.run') as never;
const SENDS: unique symbol = Symbol.for('acktor.sends') as never;

/** A job as an actor source of a chart. */
export type RunLogic<J extends AnyJob> = ActorLogic<Snapshot<ResultOf<J>>, EventObject, PayloadInput<J>>;

/**
 * A job as what a state invokes: `invoke: { src: 'charge', input: … , onDone: …, onError: … }` with `actors: { charge: run(chargeCard) }`. It is sent in
 * the step that stores the state; its result comes back as `onDone` (`event.output`), its dead letter as `onError` (`event.error.message`), whichever
 * worker handles it. Leaving the state cancels the job, and what it still reports is dropped. A flow is a job, too.
 * @example
 * setup({ actors: { charge: run(chargeCard) } })
 */
export function run<J extends AnyJob>(job: J): RunLogic<J> {
  const logic: RunLogic<J> & { readonly [RUN]: AnyJob } = {
    [RUN]: job,
    transition: (snapshot) => snapshot,
    getInitialSnapshot: () => OPEN,
    getPersistedSnapshot: (snapshot) => snapshot,
    restoreSnapshot: () => OPEN,
  };
  return logic;
}

/** How it stands until it ends. What it was started with is in its job. */
const OPEN = Object.freeze({ status: 'active', output: undefined, error: undefined } as const);

/** The job that an actor source is; undefined for any other source. */
export function jobOf(source: unknown): AnyJob | undefined {
  return isObject(source) ? (source as { readonly [RUN]?: AnyJob })[RUN] : undefined;
}

/** What a sending action is called with: pure, for it may be called again. */
export interface SendArgs<Context = unknown> {
  readonly context: Context;
  readonly event: ActorEventObject;
}

interface Sent {
  readonly job: AnyJob;
  readonly data: unknown;
  readonly key?: string | undefined;
}

type Sending = (args: SendArgs, params: unknown) => Sent;

/** An action for a chart. */
export type SendAction<Context> = (args: SendArgs<Context>, params: unknown) => void;

/**
 * An action that sends a job, once, in the step that stores the state: `actions: { mail: sends(sendMail, ({ context }) => ({ to: context.mail })) }`.
 * The function must be pure. The id of the job is that of the turn and the action's place in it.
 */
export function sends<J extends AnyJob, Context = unknown>(
  job: J,
  data: (args: SendArgs<Context>, params: never) => PayloadInput<J>,
): SendAction<Context> {
  return marked((args, params) => ({ job, data: data(args as SendArgs<Context>, params as never) }));
}

/**
 * An action that sends an event to another actor, once, in the step that stores the state: `actions: { tell: sendsTo(cart, ({ context }) => ({ id:
 * context.cart, event: { type: 'paid' } })) }`. The function must be pure.
 */
export function sendsTo<A extends AnyActor, Context = unknown>(
  actor: A,
  to: (args: SendArgs<Context>, params: never) => { readonly id: string; readonly event: ActorEvent<A> },
): SendAction<Context> {
  return marked((args, params) => {
    const { id, event } = to(args as SendArgs<Context>, params as never);
    const mail = { to: id, type: 'event', event: event as ActorEventObject } as const;
    return { job: actor.mailbox, data: mail, key: `${actor.name}/${id}` };
  });
}

function marked<Context>(sending: Sending): SendAction<Context> {
  const refuse = () => {
    throw new Error(
      'expected a durable actor to run an action of sends(): outside of one there is nothing to store it with',
    );
  };
  return Object.assign(refuse, { [SENDS]: sending });
}

/** The sending that an action is; undefined for any other action. */
export function sendingOf(action: unknown): Sending | undefined {
  return isObject(action) ? (action as { readonly [SENDS]?: Sending })[SENDS] : undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}
