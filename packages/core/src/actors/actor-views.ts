// How an actor stands, read after each of its turns: by those who wait for a state, and those who follow it.
import type { Broker } from '../engine/broker.js';
import { AcktorError, OptionsError } from '../errors.js';
import { onAbort } from '../guarded.js';
import { resultOptions, type ResultOptions } from '../producer/producer-options.js';
import type { AnyActor } from './actor-contract.js';
import { viewOf, type ActorView } from './actor-record.js';
import { readTurnResult } from './mail.js';

export interface FollowedActor {
  readonly contract: AnyActor;
  readonly id: string;
  readonly broker: Broker;
}

export async function readView({ contract, id, broker }: FollowedActor): Promise<ActorView | undefined> {
  const stored = await broker.records(contract.queue).read(contract.name, id);
  return stored && viewOf(id, stored);
}

/** What is waited for. */
export interface Awaited {
  readonly is: (view: ActorView) => boolean;
  /** In words; a name that a caller has given is checked to be one. */
  readonly what: string;
}

/** Resolves with the first view that is so. @throws ActorEndedError, ActorWaitError, the signal's reason. */
export async function viewUntil(of: FollowedActor, { is, what }: Awaited, options: ResultOptions): Promise<ActorView> {
  if (typeof what !== 'string') throw new OptionsError([{ option: 'state', message: 'expected the name of a state' }]);
  for await (const view of viewsOf(of, what, options)) {
    if (is(view)) return view;
    if (view.status !== 'active') throw new ActorEndedError(of.id, what, view.status);
  }
  throw new ActorEndedError(of.id, what, 'gone');
}

/** How it stands, now and after each turn; of turns that follow each other quickly the last. Ends with the actor. */
export async function* viewsOf(of: FollowedActor, what: string, options: ResultOptions): AsyncGenerator<ActorView> {
  const { timeoutMs, signal } = resultOptions.check(options);
  signal?.throwIfAborted();
  const turns = new TurnSignal(of.id);
  const stop = await follow(of, turns);
  const patience = () => turns.end(new ActorWaitError(of.id, what, timeoutMs ?? 0));
  const timer = timeoutMs === undefined ? undefined : setTimeout(patience, timeoutMs).unref();
  const unlisten = signal && onAbort(signal, () => turns.end(signal.reason));
  try {
    for (let known: ActorView | undefined; ;) {
      const seen = turns.next();
      const view = await readView(of);
      if (view && !isSame(view, known)) yield view;
      if (view && view.status !== 'active') return;
      known = view;
      await seen;
    }
  } finally {
    clearTimeout(timer);
    unlisten?.();
    stop();
  }
}

/** One that has ended and was started anew counts its turns from the beginning. */
function isSame(view: ActorView, known: ActorView | undefined): boolean {
  return view.turn === known?.turn && view.changedAt.getTime() === known.changedAt.getTime();
}

function follow({ contract, broker }: FollowedActor, turns: TurnSignal): Promise<() => void> {
  return broker.follow(contract.queue, {
    of: { jobName: contract.name },
    kinds: new Set(['acked']),
    onEvent: (event) => void (event.kind === 'acked' && turns.acked(event.result)),
    onGap: () => turns.ring(),
  });
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
