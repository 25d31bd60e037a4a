// The messages between workers in memory and their watchers: requests in the one direction, answers and events in the other.
import {
  readAnswer,
  readNews,
  writeNews,
  type FleetAnswer,
  type FleetAsk,
  type FleetHub,
  type FleetLine,
  type FleetNews,
} from '@acktor/core/engine';

type Listener<Message> = (message: Message) => void;

/** The {@link FleetHub} in memory, and the lines of the workers to it. Nothing is lost here, and no other process can publish. */
export class MemoryFleetHub implements FleetHub {
  readonly asker = 'memory';
  readonly droppedMessages = 0;
  readonly #workers = new Map<string, Listener<FleetAsk>>();
  readonly #answers = new Map<string, Listener<FleetAnswer>>();
  readonly #news = new Set<Listener<FleetNews>>();

  ask(ask: FleetAsk, workerId?: string): Promise<number> {
    const asked = workerId === undefined ? [...this.#workers.values()] : [this.#workers.get(workerId)];
    const listeners = asked.filter((listener) => listener !== undefined);
    // After this has resolved, as from another process.
    setImmediate(() => listeners.forEach((listener) => listener(ask)));
    return Promise.resolve(listeners.length);
  }

  missing(workerIds: readonly string[]): Promise<readonly string[]> {
    return Promise.resolve(workerIds.filter((id) => !this.#workers.has(id)));
  }

  onAnswer(ask: string, listener: Listener<FleetAnswer>): () => void {
    this.#answers.set(ask, listener);
    return () => void this.#answers.delete(ask);
  }

  onNews(listener: Listener<FleetNews>): Promise<() => Promise<void>> {
    this.#news.add(listener);
    return Promise.resolve(() => Promise.resolve(void this.#news.delete(listener)));
  }

  onChange(): () => void {
    return () => undefined;
  }

  onDropped(): () => void {
    return () => undefined;
  }

  drop(): void {
    // What a watcher throws is its own affair here: it is in this process.
  }

  close(): void {
    // Others may look on the same hub.
  }

  /** The line of one worker process. */
  lineOf(workerId: string): FleetLine {
    return {
      listen: (onAsk) => {
        this.#workers.set(workerId, onAsk);
        return this.#publish(writeNews('joined', workerId));
      },
      answer: (_to, text) => {
        const answer = readAnswer(text);
        if (answer) this.#answers.get(answer.ask)?.(answer);
      },
      tell: (text) => this.#publish(text),
      leave: () => {
        this.#workers.delete(workerId);
        return this.#publish(writeNews('left', workerId));
      },
    };
  }

  /** The worker is gone, whether or not it took its leave. */
  hangUp(workerId: string): void {
    this.#workers.delete(workerId);
  }

  #publish(text: string): Promise<void> {
    const news = readNews(text);
    if (news) for (const listener of this.#news) listener(news);
    return Promise.resolve();
  }
}
