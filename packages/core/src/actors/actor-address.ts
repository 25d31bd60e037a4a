// One actor, for those who write to it and look at it: from any process, whether or not a worker runs.
import type { Broker } from '../engine/broker.js';
import { onAbort } from '../guarded.js';
import { AcktorError, OptionsError } from '../errors.js';
import type { Receipt } from '../producer/receipt.js';
import { resultOptions, type ResultOptions, type SendOptions } from '../producer/producer-options.js';
import {
  checkActorId,
  type ActorContract,
  type ActorEvent,
  type ActorInput,
  type AnyActor,
  type Mailbox,
} from './actor-contract.js';
import { statePaths, viewOf, type ActorView } from './actor-record.js';
import { mailKey, readTurnResult, type MailInput } from './mail.js';

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

  /** Resolves with how it stands; with undefined where there is none. @throws ConnectionLostError. */
  async snapshot(): Promise<ActorViewOf<A> | undefined> {
    const { contract, broker } = this.#deps;
    const stored = await broker.records(contract.queue).read(contract.name, this.id);
    return stored && (viewOf(this.id, stored) as ActorViewOf<A>);
  }

  /**
   * Resolves with how it stands once it is in the state: a name, or names with dots for nested ones. May be called before its start.
   * @throws ActorEndedError where it has ended in another state. @throws ActorWaitError after `timeoutMs`; the signal's reason.
   */
  waitFor(state: string, options: ResultOptions = {}): Promise<ActorViewOf<A>> {
    return this.#until((view) => statePaths(view.value).includes(state) || view.tags.includes(state), state, options);
  }

  /** Resolves with its output once it has come to a final state. @throws as `waitFor` does; ActorEndedError where it was stopped. */
  async done(options: ResultOptions = {}): Promise<OutputOf<A> | undefined> {
    const view = await this.#until(({ status }) => status === 'done', 'a final state', options);
    return view.output;
  }

  #send(mail: MailInput, { id }: ActorSendOptions): Promise<Receipt<Mailbox>> {
    const key = mailKey(this.contract.name, this.id);
    return this.#deps.send(mail, id === undefined ? { key } : { key, id });
  }

  async #until(is: (view: ActorView) => boolean, what: string, options: ResultOptions): Promise<ActorViewOf<A>> {
    const { timeoutMs, signal } = resultOptions.check(options);
    if (typeof what !== 'string')
      throw new OptionsError([{ option: 'state', message: 'expected the name of a state' }]);
    signal?.throwIfAborted();
    const turns = new TurnSignal(this.id);
    const stop = await this.#follow(turns);
    const patience = () => turns.end(new ActorWaitError(this.id, what, timeoutMs ?? 0));
    const timer = timeoutMs === undefined ? undefined : setTimeout(patience, timeoutMs).unref();
    const unlisten = signal && onAbort(signal, () => turns.end(signal.reason));
    try {
      for (;;) {
        const seen = turns.next();
        const view = await this.snapshot();
        if (view && is(view)) return view;
        if (view && view.status !== 'active') throw new ActorEndedError(this.id, what, view.status);
        await seen;
      }
    } finally {
      clearTimeout(timer);
      unlisten?.();
      stop();
    }
  }

  #follow(turns: TurnSignal): Promise<() => void> {
    const { contract, broker } = this.#deps;
    return broker.follow(contract.queue, {
      of: { jobName: contract.name },
      kinds: new Set(['acked']),
      onEvent: (event) => void (event.kind === 'acked' && turns.acked(event.result)),
      onGap: () => turns.ring(),
    });
  }
}

/** Resolves when the actor has had a turn since it was asked; rejects once the waiting is over. */
class TurnSignal {
  readonly #id: string;
  readonly #over = new AbortController();
  #turned = new AbortController();

  constructor(id: string) {
    this.#id = id;
  }

  next(): Promise<void> {
    const turned = this.#turned.signal;
    const next = new Promise<void>((resolve, reject) => {
      onAbort(turned, () => resolve());
      onAbort(this.#over.signal, () => reject(this.#over.signal.reason as Error));
    });
    // It may end while the state is read, which comes first.
    next.catch(() => undefined);
    return next;
  }

  acked(result: string): void {
    if (result.includes(this.#id) && readTurnResult(result)?.actor === this.#id) this.ring();
  }

  ring(): void {
    this.#turned.abort();
    this.#turned = new AbortController();
  }

  end(reason: unknown): void {
    this.#over.abort(reason);
  }
}

/** The actor has ended, and will not come to the state that is waited for. */
export class ActorEndedError extends AcktorError {
  readonly code = 'ACKTOR_ACTOR_ENDED';

  constructor(
    readonly actorId: string,
    readonly awaited: string,
    readonly status: string,
  ) {
    super(`expected actor ${actorId} to come to ${awaited}, but it is ${status}: nothing is applied to it any more`);
  }
}

/** The actor has not come to the state within the time given. It goes on. */
export class ActorWaitError extends AcktorError {
  readonly code = 'ACKTOR_ACTOR_WAIT';

  constructor(
    readonly actorId: string,
    readonly awaited: string,
    readonly timeoutMs: number,
  ) {
    super(
      `expected actor ${actorId} to come to ${awaited} within ${timeoutMs} ms, and it has not: see its state and its dead letters, or wait longer`,
    );
  }
}
