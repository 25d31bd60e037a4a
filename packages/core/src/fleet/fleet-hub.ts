// The port between those who look at a fleet and an engine: what is asked of the workers, and what they say.
import type { DroppedMessages } from '../foreign-text/drop-count.js';
import type { FleetAsk } from './fleet-line.js';
import type { FleetAnswer, FleetNews } from './fleet-message.js';

/** One end of the fleet's conversation, for all who look from one process. */
export interface FleetHub {
  /** Where answers are to be sent. */
  readonly asker: string;

  /** How many messages were dropped so far: they did not fit, or a listener failed on them. */
  readonly droppedMessages: number;

  /**
   * Asks all worker processes, or one. Resolves with how many were reached; undefined where nobody can count them.
   * @throws ConnectionLostError, ServerRefusalError
   */
  ask(ask: FleetAsk, workerId?: string): Promise<number | undefined>;

  /**
   * Which of these processes are not connected; undefined where that cannot be known.
   * @throws ConnectionLostError, ServerRefusalError
   */
  missing(workerIds: readonly string[]): Promise<readonly string[] | undefined>;

  /** Calls back with the answers that name this ask. Returns an unsubscribe function. */
  onAnswer(ask: string, listener: (answer: FleetAnswer) => void): () => void;

  /**
   * Calls back with all news, once it resolves, or, while the connection is away, from its return on. Resolves with an unsubscribe
   * function. Where it rejects, the listener is never called. @throws ServerRefusalError
   */
  onNews(listener: (news: FleetNews) => void): Promise<() => Promise<void>>;

  /** Calls back when nothing arrives any more, and when all arrives and can be asked again. Returns an unsubscribe function. */
  onChange(listener: (state: 'away' | 'back') => void): () => void;

  /** Calls back when messages were dropped, every ten seconds at most. Returns an unsubscribe function. */
  onDropped(listener: (dropped: DroppedMessages) => void): () => void;

  /** Counts what did not fit, or what a listener failed on. */
  drop(what: string, error?: unknown): void;

  /** Ends the conversation. May be called twice. */
  close(): void;
}
