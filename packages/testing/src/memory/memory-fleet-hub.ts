// The messages between workers in memory and their watchers: requests in the one direction, answers and events in the other.
import {
  readAnswer,
  readFleetEvent,
  writeFleetEvent,
  type FleetAnswer,
  type FleetRequest,
  type FleetHub,
  type FleetPublisher,
  type FleetEvent,
} from '@acktor/core/engine';

type Listener<Message> = (message: Message) => void;

/** The {@link FleetHub} in memory, and the publishers of the workers. Nothing is lost here, and no other process can publish. */
export class MemoryFleetHub implements FleetHub {
  readonly asker = 'memory';
  readonly droppedMessages = 0;
  readonly #workers = new Map<string, Listener<FleetRequest>>();
  readonly #answers = new Map<string, Listener<FleetAnswer>>();
  readonly #events = new Set<Listener<FleetEvent>>();

  ask(request: FleetRequest, workerId?: string): Promise<number> {
    const asked = workerId === undefined ? [...this.#workers.values()] : [this.#workers.get(workerId)];
    const listeners = asked.filter((listener) => listener !== undefined);
    // After this has resolved, as from another process.
    setImmediate(() => listeners.forEach((listener) => listener(request)));
    return Promise.resolve(listeners.length);
  }

  missing(workerIds: readonly string[]): Promise<readonly string[]> {
    return Promise.resolve(workerIds.filter((id) => !this.#workers.has(id)));
  }

  onAnswer(ask: string, listener: Listener<FleetAnswer>): () => void {
    this.#answers.set(ask, listener);
    return () => void this.#answers.delete(ask);
  }

  onEvent(listener: Listener<FleetEvent>): Promise<() => Promise<void>> {
    this.#events.add(listener);
    return Promise.resolve(() => Promise.resolve(void this.#events.delete(listener)));
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

  /** The publisher of one worker process. */
  publisherOf(workerId: string): FleetPublisher {
    return {
      listen: (onRequest) => {
        this.#workers.set(workerId, onRequest);
        return this.#publish(writeFleetEvent('joined', workerId));
      },
      answer: (_to, text) => {
        const answer = readAnswer(text);
        if (answer) this.#answers.get(answer.ask)?.(answer);
      },
      publish: (text) => this.#publish(text),
      leave: () => {
        this.#workers.delete(workerId);
        return this.#publish(writeFleetEvent('left', workerId));
      },
    };
  }

  /** The worker is gone, whether or not it took its leave. */
  hangUp(workerId: string): void {
    this.#workers.delete(workerId);
  }

  #publish(text: string): Promise<void> {
    const event = readFleetEvent(text);
    if (event) for (const listener of this.#events) listener(event);
    return Promise.resolve();
  }
}
