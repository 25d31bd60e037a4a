// What the routes share: the connected system, which is opened when it is first needed.
import { ClosedError } from '@acktor/core';
import type { GuardedLog } from '@acktor/core/internal';
import { LiveHub } from './live/live-hub.js';
import type { Sources } from './sources.js';

export interface OpenContext {
  readonly sources: Sources;
  readonly hub: LiveHub;
}

/** Opens once for all callers; again after a failure. */
export class DashboardContext {
  readonly #connect: () => Promise<Sources>;
  readonly #logger: GuardedLog;
  #opening: Promise<OpenContext> | undefined;
  #isClosed = false;

  constructor(connect: () => Promise<Sources>, logger: GuardedLog) {
    this.#connect = connect;
    this.#logger = logger;
  }

  /** @throws ClosedError once closed, and the errors of connecting. */
  open(): Promise<OpenContext> {
    if (this.#isClosed) return Promise.reject(new ClosedError('dashboard'));
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Ends all streams and disconnects. May be called twice, and before it was opened. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const context = await this.#opening?.catch(() => undefined);
    context?.hub.close();
    await context?.sources.close();
  }

  async #open(): Promise<OpenContext> {
    try {
      const sources = await this.#connect();
      return { sources, hub: new LiveHub({ sources, logger: this.#logger }) };
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
