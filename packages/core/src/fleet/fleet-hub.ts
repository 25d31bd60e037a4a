// The port between fleet watches and an engine: requests to the workers, their answers and events. And the workers' end of it.
import type { DroppedMessages } from '../foreign-text/drop-count.js';
import type { FleetRequest, FleetAnswer, FleetEvent } from './fleet-message.js';

/** The watching end, for all fleet watches of one process. */
export interface FleetHub {
  /** Where workers send their answers. */
  readonly asker: string;

  /** How many messages were dropped so far: they were malformed, or a listener threw. */
  readonly droppedMessages: number;

  /**
   * Asks all worker processes, or one. Resolves with how many were reached; undefined where they cannot be counted.
   * @throws ConnectionLostError, ServerRefusalError
   */
  ask(request: FleetRequest, workerId?: string): Promise<number | undefined>;

  /**
   * Which of these processes are not connected; undefined where that cannot be known.
   * @throws ConnectionLostError, ServerRefusalError
   */
  missing(workerIds: readonly string[]): Promise<readonly string[] | undefined>;

  /** Calls back with the answers to this request. Returns an unsubscribe function. */
  onAnswer(ask: string, listener: (answer: FleetAnswer) => void): () => void;

  /**
   * Calls back with all events of the fleet, from when it resolves, or, while the connection is away, from its return on. Resolves with an
   * unsubscribe function. Where it rejects, the listener is never called. @throws ServerRefusalError
   */
  onEvent(listener: (event: FleetEvent) => void): Promise<() => Promise<void>>;

  /** Calls back when messages no longer arrive, and when they arrive and requests can be made again. Returns an unsubscribe function. */
  onChange(listener: (state: 'away' | 'back') => void): () => void;

  /** Calls back when messages were dropped, every ten seconds at most. Returns an unsubscribe function. */
  onDropped(listener: (dropped: DroppedMessages) => void): () => void;

  /** Counts a message that was malformed, or whose listener threw. */
  drop(what: string, error?: unknown): void;

  /** Closes the hub. May be called twice. */
  close(): void;
}

/** The worker's end, on connections that the worker has already. It costs the server nothing without a watch. */
export interface FleetPublisher {
  /** Receives requests, again by itself after a reconnect, and announces this process to all watches. */
  listen(onRequest: (request: FleetRequest) => void): Promise<void>;
  /** Sends an answer to one asker. Never throws: an answer that cannot be sent now is of no use later. */
  answer(to: string, text: string): void;
  /** Publishes an event to all watches. Resolves when the server has it, or refused it; never rejects. */
  publish(text: string): Promise<void>;
  /** Announces the end of this process to all watches. Never rejects. */
  leave(): Promise<void>;
}
