// Publishes a worker to fleet watches on Redis: two subscriptions on its heartbeat's connection.
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { StartTime } from '../connection/guarded-connection.js';
import type { SteadySubscriber } from '../connection/steady-subscriber.js';
import { type FleetRequest, writeFleetEvent } from '../../../fleet/fleet-message.js';
import type { FleetPublisher } from '../../../fleet/fleet-hub.js';
import type { DropCount } from '../../../foreign-text/drop-count.js';
import { readFleetRequest } from '../../../fleet/read-message.js';
import { fleetChannels, type FleetChannels, pack } from './fleet-channels.js';

export interface RedisFleetPublisherDeps {
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

export class RedisFleetPublisher implements FleetPublisher {
  readonly #deps: RedisFleetPublisherDeps;
  readonly #channels: FleetChannels;

  constructor(deps: RedisFleetPublisherDeps) {
    this.#deps = deps;
    this.#channels = fleetChannels(deps.namespace, deps.database);
  }

  async listen(onRequest: (request: FleetRequest) => void): Promise<void> {
    const { subscriber, workerId, drops, time } = this.#deps;
    const mine = [this.#channels.requests, this.#channels.requestsOf(workerId)];
    const connection = subscriber();
    connection?.on('message', (channel, text) => {
      if (!mine.includes(channel)) return;
      const request = readFleetRequest(text);
      if (request) onRequest(request);
      else drops.drop('an ask of the fleet');
    });
    if (connection) await time.repeat(connection, () => connection.subscribe(...mine));
    await this.#publish(this.#channels.events, writeFleetEvent('joined', workerId));
  }

  answer(to: string, text: string): void {
    void this.#publish(this.#channels.answersTo(to), text);
  }

  publish(text: string): Promise<void> {
    return this.#publish(this.#channels.events, text);
  }

  leave(): Promise<void> {
    return this.#publish(this.#channels.events, writeFleetEvent('left', this.#deps.workerId));
  }

  /** A failure is ignored: with the server away, or publishing forbidden, there is no watch. */
  async #publish(channel: string, text: string): Promise<void> {
    await this.#deps.guard.run((client) => client.publish(channel, pack(text))).catch(() => undefined);
  }
}
