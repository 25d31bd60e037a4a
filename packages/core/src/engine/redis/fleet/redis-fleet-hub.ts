// Two connections for all fleet watches of one process: one that publishes requests, one that subscribes.
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { StartTime } from '../connection/guarded-connection.js';
import { ConnectionLostError } from '../../broker-errors.js';
import { SteadySubscriber } from '../connection/steady-subscriber.js';
import { DropCount, type DroppedMessages } from '../../../foreign-text/drop-count.js';
import type { FleetHub } from '../../../fleet/fleet-hub.js';
import {
  writeFleetRequest,
  type FleetAnswer,
  type FleetRequest,
  type FleetEvent,
} from '../../../fleet/fleet-message.js';
import { readAnswer, readFleetEvent } from '../../../fleet/read-message.js';
import { fleetChannels, type FleetChannels, unpack } from './fleet-channels.js';

export interface RedisFleetHubDeps {
  readonly namespace: string;
  /** The number of the database. */
  readonly database: number;
  /** Identifies this process, for answers. */
  readonly asker: string;
  /** Whether it is a cluster, in which each server counts its own subscribers only. */
  readonly isCluster: boolean;
  /** Carries the asks. Closed with the hub. */
  readonly guard: ConnectionGuard;
  /** Subscribes. Closed with the hub. */
  readonly subscriber: ConnectionGuard;
}

/** The {@link FleetHub} on Redis: asks over pub/sub, and keeps nothing there. */
export class RedisFleetHub implements FleetHub {
  readonly #deps: RedisFleetHubDeps;
  readonly #channels: FleetChannels;
  readonly #guard: ConnectionGuard;
  readonly #subscriber: SteadySubscriber;
  readonly #answers = new Map<string, (answer: FleetAnswer) => void>();
  readonly #events = new Set<(event: FleetEvent) => void>();
  readonly #dropListeners = new Set<(dropped: DroppedMessages) => void>();
  readonly #drops = new DropCount((dropped) => {
    for (const listener of this.#dropListeners) listener(dropped);
  });
  readonly #closed = new AbortController();

  constructor(deps: RedisFleetHubDeps) {
    this.#deps = deps;
    this.#channels = fleetChannels(deps.namespace, deps.database);
    this.#guard = deps.guard;
    this.#subscriber = new SteadySubscriber(deps.subscriber);
    this.#subscriber.on('messageBuffer', (channel, message) => this.#receive(channel.toString(), message));
  }

  /** Where workers send their answers. */
  get asker(): string {
    return this.#deps.asker;
  }

  /** Await it before any request. @throws BrokerUnreachableError, ServerRefusalError */
  async open(time: StartTime): Promise<void> {
    await time.repeat(this.#subscriber, () => this.#subscriber.subscribe(this.#channels.answersTo(this.asker)));
  }

  /**
   * Asks all worker processes, or one. Resolves with how many received it; undefined in a cluster.
   * @throws ConnectionLostError, ServerRefusalError
   */
  async ask(request: FleetRequest, workerId?: string): Promise<number | undefined> {
    const channel = workerId === undefined ? this.#channels.requests : this.#channels.requestsOf(workerId);
    const reached = await this.#guard.run((client) => client.publish(channel, writeFleetRequest(request)));
    return this.#deps.isCluster ? undefined : reached;
  }

  /**
   * Which of these processes are not connected; undefined in a cluster, where a server counts its own subscribers only.
   * @throws ConnectionLostError, ServerRefusalError
   */
  async missing(workerIds: readonly string[]): Promise<readonly string[] | undefined> {
    const channels = workerIds.map((id) => this.#channels.requestsOf(id));
    const answer = await this.#guard.read((client) => client.pubsub('NUMSUB', ...channels));
    return this.#deps.isCluster ? undefined : workerIds.filter((_, i) => Number(answer[2 * i + 1]) === 0);
  }

  /** Calls back with the answers to this request. Returns an unsubscribe function. */
  onAnswer(ask: string, listener: (answer: FleetAnswer) => void): () => void {
    this.#answers.set(ask, listener);
    return () => void this.#answers.delete(ask);
  }

  /**
   * Calls back with all events of the fleet, from when it resolves, or, while the connection is away, from its return on. Resolves with an
   * unsubscribe function; the last one ends the subscription. Where it rejects, the listener is never called. @throws ServerRefusalError
   */
  async onEvent(listener: (event: FleetEvent) => void): Promise<() => Promise<void>> {
    this.#events.add(listener);
    const stop = () => this.#stopEvents(listener);
    try {
      await this.#subscriber.subscribe(this.#channels.events);
    } catch (error) {
      // What is lost with the connection is subscribed to with the next one.
      if (error instanceof ConnectionLostError) return stop;
      await stop();
      throw error;
    }
    return stop;
  }

  /** Calls back when messages no longer arrive, and when they arrive and requests can be made again. Returns an unsubscribe function. */
  onChange(listener: (state: 'away' | 'back') => void): () => void {
    return this.#subscriber.onChange((state) => {
      if (state === 'away') return listener('away');
      this.#subscribeAgain().then(
        () => listener('back'),
        () => undefined,
      );
    });
  }

  /** How many messages were dropped so far: they were malformed, or a listener threw. */
  get droppedMessages(): number {
    return this.#drops.total;
  }

  /** Counts what a listener failed on. */
  drop(what: string, error?: unknown): void {
    this.#drops.drop(what, error);
  }

  /** Calls back when messages were dropped, every ten seconds at most. Returns an unsubscribe function. */
  onDropped(listener: (dropped: DroppedMessages) => void): () => void {
    this.#dropListeners.add(listener);
    return () => void this.#dropListeners.delete(listener);
  }

  close(): void {
    this.#closed.abort();
    this.#drops.close();
    this.#guard.silence();
    this.#subscriber.silence();
    this.#subscriber.close();
    this.#guard.hangUp();
  }

  async #stopEvents(listener: (event: FleetEvent) => void): Promise<void> {
    this.#events.delete(listener);
    if (this.#events.size > 0 || this.#closed.signal.aborted) return;
    await this.#subscriber.unsubscribe(this.#channels.events).catch(() => undefined);
  }

  /** The subscriber subscribes again by itself, but does not say when that is done. */
  async #subscribeAgain(): Promise<void> {
    const { signal } = this.#closed;
    const events = this.#events.size > 0 ? [this.#channels.events] : [];
    await this.#subscriber.subscribe(this.#channels.answersTo(this.asker), ...events);
    await this.#guard.whole(signal);
  }

  /** Never throws: an exception out of a listener of the connection would end the process. */
  #receive(channel: string, message: Buffer): void {
    const isEvent = channel === this.#channels.events;
    const what = isEvent ? 'news of the fleet' : 'an answer of the fleet';
    try {
      const isTaken = isEvent ? this.#receiveEvent(unpack(message)) : this.#receiveAnswer(unpack(message));
      if (!isTaken) this.#drops.drop(what);
    } catch (error) {
      this.#drops.drop(what, error);
    }
  }

  /** Returns whether it was a well-formed event. */
  #receiveEvent(text: string): boolean {
    const event = readFleetEvent(text);
    if (event) for (const listener of this.#events) listener(event);
    return event !== undefined;
  }

  /** Returns whether it was a well-formed answer, even one that comes too late. */
  #receiveAnswer(text: string): boolean {
    const answer = readAnswer(text);
    if (answer) this.#answers.get(answer.ask)?.(answer);
    return answer !== undefined;
  }
}
