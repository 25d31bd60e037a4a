// Publishes a worker to fleet watches on Redis: two subscriptions on its heartbeat's connection.
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { StartTime } from '../connection/guarded-connection.js';
import type { SteadySubscriber } from '../connection/steady-subscriber.js';
import { type FleetAsk, writeNews } from '../../../fleet/fleet-message.js';
import type { FleetLine } from '../../../fleet/fleet-hub.js';
import type { DropCount } from '../../../foreign-text/drop-count.js';
import { readAsk } from '../../../fleet/read-message.js';
import { fleetChannels, type FleetChannels, pack } from './fleet-channels.js';

export interface RedisFleetLineDeps {
  readonly guard: ConnectionGuard;
  readonly namespace: string;
  /** The number of the database. */
  readonly database: number;
  readonly workerId: string;
  /** Counts malformed requests. */
  readonly drops: DropCount;
  /** The connection that subscribes, once there is one. */
  readonly subscriber: () => SteadySubscriber | undefined;
  /** The time for subscribing. */
  readonly time: StartTime;
}

export class RedisFleetLine implements FleetLine {
  readonly #deps: RedisFleetLineDeps;
  readonly #channels: FleetChannels;

  constructor(deps: RedisFleetLineDeps) {
    this.#deps = deps;
    this.#channels = fleetChannels(deps.namespace, deps.database);
  }

  async listen(onAsk: (ask: FleetAsk) => void): Promise<void> {
    const { subscriber, workerId, drops, time } = this.#deps;
    const mine = [this.#channels.asks, this.#channels.asksOf(workerId)];
    const connection = subscriber();
    connection?.on('message', (channel, text) => {
      if (!mine.includes(channel)) return;
      const ask = readAsk(text);
      if (ask) onAsk(ask);
      else drops.drop('an ask of the fleet');
    });
    if (connection) await time.repeat(connection, () => connection.subscribe(...mine));
    await this.#publish(this.#channels.news, writeNews('joined', workerId));
  }

  answer(to: string, text: string): void {
    void this.#publish(this.#channels.answersTo(to), text);
  }

  tell(text: string): Promise<void> {
    return this.#publish(this.#channels.news, text);
  }

  leave(): Promise<void> {
    return this.#publish(this.#channels.news, writeNews('left', this.#deps.workerId));
  }

  /** A failure is ignored: with the server away, or publishing forbidden, there is no watch. */
  async #publish(channel: string, text: string): Promise<void> {
    await this.#deps.guard.run((client) => client.publish(channel, pack(text))).catch(() => undefined);
  }
}
