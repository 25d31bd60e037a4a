// One actor, for those who write to it and look at it: from any process, whether or not a worker runs.
import type { Broker } from '../engine/broker.js';
import { AcktorError } from '../errors.js';
import type { Receipt } from '../producer/receipt.js';
import type { ResultOptions, SendOptions } from '../producer/producer-options.js';
import {
  checkActorId,
  requireActor,
  type ActorAnswer,
  type ActorContract,
  type ActorEvent,
  type ActorInput,
  type AnyActor,
  type Mailbox,
} from './actor-contract.js';
import { statePaths, type ActorView } from './actor-record.js';
import { readView, viewsOf, viewUntil } from './actor-views.js';
import { mailKey, type ActorEventObject, type MailInput, type TurnResult } from './mail.js';

export interface ActorAddressDeps<A extends AnyActor> {
  readonly contract: A;
  readonly id: string;
  readonly broker: Broker;
  readonly send: (mail: MailInput, options: SendOptions) => Promise<Receipt<Mailbox>>;
}

type ContextOf<A extends AnyActor> = A extends ActorContract<infer _, infer __, infer Context> ? Context : unknown;
type OutputOf<A extends AnyActor> =
  A extends ActorContract<infer _, infer __, infer ___, infer Output> ? Output : unknown;
/** How an actor of that type stands. */
export type ActorViewOf<A extends AnyActor> = ActorView<ContextOf<A>, OutputOf<A>>;

/** An event's own id, under which it is taken once. */
export interface ActorSendOptions {
  /** The id of the event's job: an event that is sent again under it is not applied again. By default one of Acktor's. */
  readonly id?: string | undefined;
}

/** An actor by its address: its type and its id. It need not have been started. */
export class ActorAddress<A extends AnyActor> {
  readonly id: string;
  readonly contract: A;
  readonly #deps: ActorAddressDeps<A>;

  constructor(deps: ActorAddressDeps<A>) {
    checkActorId(deps.id);
    this.id = deps.id;
    this.contract = deps.contract;
    this.#deps = deps;
  }

  /**
   * Starts it, once: an actor of that id that was started before goes on as it is, and its receipt's result has the outcome `repeated`.
   * Resolves when the server has the start. Rejects as `producer.send` does.
   */
  start(input: ActorInput<A>, options: ActorSendOptions = {}): Promise<Receipt<Mailbox>> {
    return this.#send({ to: this.id, type: 'start', input }, options);
  }

  /**
   * Sends it an event, which is applied once, after those that were sent before. Resolves when the server has it; `receipt.result()` says what
   * became of it. Rejects as `producer.send` does.
   */
  send(event: ActorEvent<A>, options: ActorSendOptions = {}): Promise<Receipt<Mailbox>> {
    return this.#send({ to: this.id, type: 'event', event }, options);
  }

  /** Stops it after what was sent before: its timers are off, its invoked jobs are cancelled, and events are dropped from then on. */
  stop(why = 'it was stopped'): Promise<Receipt<Mailbox>> {
    return this.#send({ to: this.id, type: 'stop', why }, {});
  }

  /**
   * Asks it: sends it the event, and resolves with what the contract's `answers` make of the state after the event's turn; of an event that has no
   * answer, with that state. The event is answered in its turn, after those that were sent before. A question that no state takes changes nothing, and
   * is answered all the same.
   * @throws ActorAskError where there is no such actor, or nothing takes an event that has no answer. As `producer.send` and `receipt.result()`
   * do, for example DeadLetteredError for a turn that throws, and ResultTimeoutError; the event may still be applied then.
   * @example
   * const cents = await producer.actor(cart, 'u-5').ask({ type: 'total' }, { timeoutMs: 5_000 });
   */
  async ask<const E extends ActorEvent<A>>(event: E, options: ResultOptions = {}): Promise<ActorAnswer<A, E>> {
    const receipt = await this.#send({ to: this.id, type: 'event', event, isAsked: true }, {});
    const result = await receipt.result(options);
    if (!Object.hasOwn(result, 'reply')) throw new ActorAskError(this.id, (event as ActorEventObject).type, result);
    return result.reply as ActorAnswer<A, E>;
  }

  /** Resolves with how it stands; with undefined where there is none. @throws ConnectionLostError. */
  async snapshot(): Promise<ActorViewOf<A> | undefined> {
    return (await readView(this.#deps)) as ActorViewOf<A> | undefined;
  }

  /**
   * How it stands, now and after each turn, until it has ended. Of turns that follow each other while the caller is busy it has the last: `turn` says
   * how many were between. May be called before its start. With a `timeoutMs` it throws an ActorWaitError after so long, with a `signal` its reason.
   * @example
   * for await (const { value, turn } of producer.actor(order, 'o-17').changes()) console.log(turn, value);
   */
  changes(options: ResultOptions = {}): AsyncIterableIterator<ActorViewOf<A>> {
    return viewsOf(this.#deps, 'its end', options) as AsyncGenerator<ActorViewOf<A>>;
  }

  /**
   * Resolves with how it stands once it is in the state: a name, or names with dots for nested ones. May be called before its start.
   * @throws ActorEndedError where it has ended in another state. @throws ActorWaitError after `timeoutMs`; the signal's reason.
   */
  async waitFor(state: string, options: ResultOptions = {}): Promise<ActorViewOf<A>> {
    const is = (view: ActorView) => statePaths(view.value).includes(state) || view.tags.includes(state);
    return (await viewUntil(this.#deps, { is, what: state }, options)) as ActorViewOf<A>;
  }

  /** Resolves with its output once it has come to a final state. @throws as `waitFor` does; ActorEndedError where it was stopped. */
  async done(options: ResultOptions = {}): Promise<OutputOf<A> | undefined> {
    const is = ({ status }: ActorView) => status === 'done';
    return (await viewUntil(this.#deps, { is, what: 'a final state' }, options)).output as OutputOf<A> | undefined;
  }

  #send(mail: MailInput, { id }: ActorSendOptions): Promise<Receipt<Mailbox>> {
    const key = mailKey(this.contract.name, this.id);
    return this.#deps.send(mail, id === undefined ? { key } : { key, id });
  }
}

/**
 * An event for an actor as a job of its mailbox, for what sends jobs: `delivery.sendWithAck(...eventTo(order, 'o-17', { type: 'arrived' }))` sends it
 * with the ack of the handler's own job, in one step. So events come from schedules and exchanges, too: by a job whose handler sends them.
 * @throws NotAContractError, NameError.
 */
export function eventTo<A extends AnyActor>(
  contract: A,
  id: string,
  event: ActorEvent<A>,
): readonly [mailbox: Mailbox, mail: MailInput, options: { readonly key: string }] {
  requireActor(contract, 'eventTo');
  checkActorId(id);
  return [contract.mailbox, { to: id, type: 'event', event }, { key: mailKey(contract.name, id) }];
}

/** There is nothing to answer with. */
export class ActorAskError extends AcktorError {
  readonly code = 'ACKTOR_ACTOR_ASK';

  constructor(
    readonly actorId: string,
    readonly event: string,
    { turn, status }: Pick<TurnResult, 'turn' | 'status'>,
  ) {
    const state = turn === 0 ? 'there is no such actor: start it first' : `it is ${status}, and no state takes it`;
    super(`expected actor ${actorId} to answer ${event}, but ${state}`);
  }
}
