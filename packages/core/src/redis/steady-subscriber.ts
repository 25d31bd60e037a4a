// A connection that subscribes, and is subscribed again to all of it whenever it has come back.
import type { Redis } from 'ioredis';
import { hangUp } from './connection.js';
import { asTypedError } from './connection-guard.js';

/**
 * Remembers for itself what it is subscribed to. ioredis (6.0) forgets all of it when a cluster ends a sharded subscription,
 * whose slot has moved, and lets nobody catch what refuses it to subscribe again.
 */
export class SteadySubscriber {
  readonly #client: Redis;
  readonly #channels = new Set<string>();
  readonly #sharded = new Set<string>();
  /** Which of them the server has confirmed since the connection came. */
  readonly #confirmed = new Set<string>();
  #connections = 1;

  /** @param client one that does not subscribe again by itself. Closed with this. */
  constructor(client: Redis) {
    this.#client = client;
    client.on('ready', () => this.#subscribeAgain());
    client.on('close', () => this.#lost());
    client.on('moved', () => this.reconnect());
  }

  /** Whether the server has confirmed every sharded subscription since the connection came. */
  get isSubscribed(): boolean {
    return this.#confirmed.size === this.#sharded.size;
  }

  /** Which connection this is, counted from 1: what was learned of one says nothing of the next. */
  get connections(): number {
    return this.#connections;
  }

  on(event: 'message', listener: (channel: string, text: string) => void): void {
    this.#client.on(event, listener);
  }

  async subscribe(...channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.#channels.add(channel);
    await this.#client.subscribe(...channels).catch(throwTyped);
  }

  /** @throws ServerRefusalError where the server has none; it is tried again all the same. */
  async subscribeSharded(channel: string): Promise<void> {
    this.#sharded.add(channel);
    await this.#subscribeSharded(channel);
  }

  /** Breaks the connection: it comes back by itself, to the server that is in charge then. */
  reconnect(): void {
    this.#client.stream.destroy();
  }

  close(): void {
    hangUp(this.#client);
  }

  #lost(): void {
    this.#connections += 1;
    this.#confirmed.clear();
  }

  /** Each for itself: a user who may not hear one channel would otherwise lose the others, its presence among them. */
  #subscribeAgain(): void {
    for (const channel of this.#sharded) void this.#subscribeSharded(channel).catch(() => undefined);
    for (const channel of this.#channels) void this.#client.subscribe(channel).catch(() => undefined);
  }

  async #subscribeSharded(channel: string): Promise<void> {
    await this.#client.ssubscribe(channel).catch(throwTyped);
    this.#confirmed.add(channel);
  }
}

function throwTyped(error: unknown): never {
  throw asTypedError(error);
}
