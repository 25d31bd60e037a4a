// The worker's end of the fleet's conversation on Redis: two subscriptions on its heartbeat's connection.
import type { ConnectionGuard } from '../../redis/connection-guard.js';
import type { FleetAsk, FleetLine } from '../fleet-line.js';
import { readAsk, writeNews } from '../fleet-message.js';
import { fleetChannels, type FleetChannels } from './fleet-channels.js';
import { pack } from './packed-text.js';

/** What a line needs of a connection that subscribes, and does so again by itself after a reconnect. */
export interface FleetSubscriber {
  on(event: 'message', listener: (channel: string, text: string) => void): unknown;
  subscribe(...channels: string[]): Promise<unknown>;
}

export interface RedisFleetLineParts {
  readonly guard: ConnectionGuard;
  readonly namespace: string;
  /** The number of the database. */
  readonly database: number;
  readonly workerId: string;
  /** The connection that subscribes, once there is one. */
  readonly subscriber: () => FleetSubscriber | undefined;
}

export class RedisFleetLine implements FleetLine {
  readonly #parts: RedisFleetLineParts;
  readonly #channels: FleetChannels;

  constructor(parts: RedisFleetLineParts) {
    this.#parts = parts;
    this.#channels = fleetChannels(parts.namespace, parts.database);
  }

  async listen(onAsk: (ask: FleetAsk) => void): Promise<void> {
    const { subscriber, workerId } = this.#parts;
    const mine = [this.#channels.asks, this.#channels.asksOf(workerId)];
    const connection = subscriber();
    connection?.on('message', (channel, text) => {
      const ask = mine.includes(channel) ? readAsk(text) : undefined;
      if (ask) onAsk(ask);
    });
    await connection?.subscribe(...mine);
    await this.#publish(this.#channels.news, writeNews('joined', workerId));
  }

  answer(to: string, text: string): void {
    void this.#publish(this.#channels.answersTo(to), text);
  }

  tell(text: string): Promise<void> {
    return this.#publish(this.#channels.news, text);
  }

  leave(): Promise<void> {
    return this.#publish(this.#channels.news, writeNews('left', this.#parts.workerId));
  }

  /** A server that is away, or forbids it, has nobody who watches. */
  async #publish(channel: string, text: string): Promise<void> {
    await this.#parts.guard.run((client) => client.publish(channel, pack(text))).catch(() => undefined);
  }
}
