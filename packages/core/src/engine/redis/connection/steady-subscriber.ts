// A subscribing connection that subscribes to everything again after each reconnect.
import type { ConnectionGuard } from './connection-guard.js';
import { ConnectionLostError } from '../../broker-errors.js';

/**
 * Keeps its own list of subscriptions. ioredis (6.0) forgets all of them when a cluster ends a sharded subscription,
 * whose slot has moved, and its errors of subscribing again cannot be caught.
 */
export class SteadySubscriber {
  readonly #guard: ConnectionGuard;
  readonly #channels = new Set<string>();
  readonly #sharded = new Set<string>();
  /** Which of them the server has confirmed since the connection came. */
  readonly #confirmed = new Set<string>();
  #connections = 1;

  /** @param guard a connection that does nothing else. Closed with this. */
  constructor(guard: ConnectionGuard) {
    this.#guard = guard;
    guard.on('ready', () => this.#subscribeAgain());
    guard.on('close', () => this.#lost());
    guard.on('moved', () => this.reconnect());
  }

  /** Whether the server has confirmed every sharded subscription since the connection came. */
  get isSubscribed(): boolean {
    return this.#confirmed.size === this.#sharded.size;
  }

  /** Which connection this is, counted from 1: what was learned of one says nothing of the next. */
  get connections(): number {
    return this.#connections;
  }

  on(event: 'message', listener: (channel: string, text: string) => void): void;
  on(event: 'messageBuffer', listener: (channel: Buffer, message: Buffer) => void): void;
  on(event: 'message' | 'messageBuffer', listener: (...args: never[]) => void): void {
    this.#guard.on(event, listener);
  }

  /** Calls back when the connection breaks and when it is up again. Returns an unsubscribe function. */
  onChange(listener: (state: 'away' | 'back') => void): () => void {
    return this.#guard.onChange(listener);
  }

  /** Resolves when the connection is up. Rejects with the signal's reason. */
  whole(signal: AbortSignal): Promise<void> {
    return this.#guard.whole(signal);
  }

  /**
   * Resolves when the server has confirmed it. When the connection breaks first it is done again with the next one, and this
   * rejects all the same.
   * @throws ConnectionLostError, ServerRefusalError
   */
  async subscribe(...channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.#channels.add(channel);
    await this.#guard.run((client) => client.subscribe(...channels));
  }

  /** @throws ConnectionLostError, ServerRefusalError; the server forgets it all the same, with the connection. */
  async unsubscribe(channel: string): Promise<void> {
    this.#channels.delete(channel);
    await this.#guard.run((client) => client.unsubscribe(channel));
  }

  /** Like {@link subscribe}. @throws ServerRefusalError where the server has none; it is tried again all the same. */
  async subscribeSharded(channel: string): Promise<void> {
    this.#sharded.add(channel);
    await this.#subscribeSharded(channel);
  }

  /** Breaks the connection: it comes back by itself, to the current primary. */
  reconnect(): void {
    this.#guard.reconnect();
  }

  /** Removes the listeners of breaks: a break from now on is on purpose. */
  silence(): void {
    this.#guard.silence();
  }

  close(): void {
    this.#guard.hangUp();
  }

  #lost(): void {
    this.#connections += 1;
    this.#confirmed.clear();
  }

  /** One by one: a user without the right to one channel would otherwise lose the others, its presence among them. */
  #subscribeAgain(): void {
    for (const channel of this.#sharded) void this.#subscribeSharded(channel).catch(() => undefined);
    for (const channel of this.#channels)
      void this.#guard.run((client) => client.subscribe(channel)).catch(() => undefined);
  }

  async #subscribeSharded(channel: string): Promise<void> {
    const connection = this.#connections;
    await this.#guard.run((client) => client.ssubscribe(channel));
    // Confirmed by the connection before: the next one is asked anew.
    if (connection !== this.#connections) throw new ConnectionLostError();
    this.#confirmed.add(channel);
  }
}
