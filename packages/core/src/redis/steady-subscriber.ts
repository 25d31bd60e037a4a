// A connection that subscribes, and is subscribed again to all of it whenever it has come back.
import type { Redis } from 'ioredis';
import { hangUp } from './connection.js';

/**
 * Remembers for itself what it is subscribed to. ioredis (6.0) forgets all of it when a cluster ends a sharded subscription,
 * whose slot has moved, and lets nobody catch what refuses it to subscribe again.
 */
export class SteadySubscriber {
  readonly #client: Redis;
  readonly #channels = new Set<string>();
  readonly #sharded = new Set<string>();

  /** @param client one that does not subscribe again by itself. Closed with this. */
  constructor(client: Redis) {
    this.#client = client;
    client.on('ready', () => this.#subscribeAgain());
    client.on('moved', () => this.reconnect());
  }

  get isReady(): boolean {
    return this.#client.status === 'ready';
  }

  on(event: 'message', listener: (channel: string, text: string) => void): void {
    this.#client.on(event, listener);
  }

  async subscribe(...channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.#channels.add(channel);
    await this.#client.subscribe(...channels);
  }

  /** Rejects where the server has none; it is tried again all the same. */
  async subscribeSharded(channel: string): Promise<void> {
    this.#sharded.add(channel);
    await this.#client.ssubscribe(channel);
  }

  /** Breaks the connection: it comes back by itself, to the server that is in charge then. */
  reconnect(): void {
    this.#client.stream.destroy();
  }

  close(): void {
    hangUp(this.#client);
  }

  /** Each for itself: a user who may not hear one channel would otherwise lose the others, its presence among them. */
  #subscribeAgain(): void {
    for (const channel of this.#sharded) void this.#client.ssubscribe(channel).catch(() => undefined);
    for (const channel of this.#channels) void this.#client.subscribe(channel).catch(() => undefined);
  }
}
