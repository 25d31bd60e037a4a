// One run of one handler: its signal, and why it was told to let go.
import type { AnyJob } from '@acktor/core';
import type { LeasedJob } from '@acktor/core/engine';
import type { Clock } from '../channel/clock.js';
import type { AbortReason } from '../consumer/consumer-protocol.js';
import type { DeliveryScope, HandlerScopes } from '../handler/handler-scope.js';
import { CancelledError, DeadlineError, LeaseLostError, ShutdownError } from '../errors.js';

/** A typed reason that a handler's signal aborts with. */
export type AbortError = CancelledError | DeadlineError | LeaseLostError | ShutdownError;

export class Attempt {
  readonly leased: LeasedJob;
  readonly #scopes: HandlerScopes;
  #scope: DeliveryScope | undefined;
  #controller: AbortController | undefined;
  #abortedBy: AbortError | undefined;
  #endWait: (() => void) | undefined;
  #isStuck = false;
  #isForNothing = false;

  constructor(leased: LeasedJob, scopes: HandlerScopes) {
    this.leased = leased;
    this.#scopes = scopes;
  }

  /** What is built and provided for its delivery; undefined until it is opened, which a function has no need of. */
  get scope(): DeliveryScope | undefined {
    return this.#scope;
  }

  openScope(): DeliveryScope {
    return (this.#scope ??= this.#scopes.open());
  }

  /** Why the handler was told to let go; undefined while it was not. */
  get abortedBy(): AbortError | undefined {
    return this.#abortedBy;
  }

  /** Whether it has had its time to let go: what it still does changes nothing of its job. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Whether its delivery ends without it, for a lost lease or a shutdown: how the handler ends decides nothing. */
  get isForNothing(): boolean {
    return this.#isForNothing;
  }

  /** Made when it is first asked for: an AbortController costs a short job more than all of the chart. */
  signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortedBy) this.#controller.abort(this.#abortedBy);
    return this.#controller.signal;
  }

  /** Aborts the signal. The first reason stays. */
  abort(reason: AbortError): void {
    if (reason instanceof LeaseLostError || reason instanceof ShutdownError) this.#isForNothing = true;
    this.#abortedBy ??= reason;
    this.#controller?.abort(this.#abortedBy);
  }

  /** Calls `onStuck` once, when the handler has not ended within `letGoMs` from the first time that this is asked. */
  waitToLetGo(clock: Clock, letGoMs: number, onStuck: () => void): void {
    if (this.#endWait) return;
    const timer = clock.setTimeout(() => {
      this.#isStuck = true;
      onStuck();
    }, letGoMs);
    this.#endWait = () => clock.clearTimeout(timer);
  }

  /** The handler has ended. */
  ended(): void {
    this.#endWait?.();
  }
}

/** Says an abort as the error that a handler sees. */
export function abortError(reason: AbortReason, leased: LeasedJob, job: AnyJob | undefined): AbortError {
  const { id, name } = leased.record;
  switch (reason.kind) {
    case 'cancelled':
      return new CancelledError(id, reason.why);
    case 'deadline':
      return new DeadlineError(id, job?.deadlineMs ?? 0, name);
    case 'leaseLost':
      return new LeaseLostError(id);
    case 'shutdown':
      return new ShutdownError(id);
  }
}
