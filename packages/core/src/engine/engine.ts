// The engine's port: what Acktor needs of a queue server. Redis is one such engine; nothing here knows it.
import type { ConnectedFleet } from '../fleet/fleet.js';
import type { Broker } from './broker.js';
import type { Liveness } from './liveness.js';
import type { RetentionOptions } from './retention.js';

/**
 * A kind of queue server, and where it is. `Producer.connect`, `Worker.start`, `Operator.connect`, `connectFleet` and the others take one as
 * `engine`, and open what they need of it. An engine holds nothing open itself: its caller closes what it opened.
 *
 * Every method rejects with an `AcktorError` that says what to do, and leaves nothing open then.
 */
export interface Engine {
  /** What people call it, in logs and messages: `redis`. */
  readonly name: string;

  /**
   * How another thread, or another process, makes the same engine; undefined for one that exists in this process alone. The heartbeat of such
   * an engine runs on the main thread, where a handler that blocks stops it, and a supervisor refuses it.
   */
  readonly module?: EngineModule | undefined;

  /** What spans within a worker are measured by: deadlines, waits, pauses. By default the machine's clock. */
  readonly clock?: EngineClock | undefined;

  /** Opens the queues, for a producer, a worker or an operator. */
  openBroker(options: BrokerOpening): Promise<ConnectedBroker>;

  /** Opens the liveness of one worker process, in the thread of its heartbeat. */
  openLiveness(options: LivenessOpening): Promise<Liveness>;

  /** Opens the fleet: what the worker processes report of themselves. `fleetOn` makes it of a `FleetHub`. */
  openFleet(options: FleetOpening): Promise<ConnectedFleet>;
}

/**
 * Which function makes an engine, and of what.
 *
 * @example
 * // In my-engine.ts, whose functions stay on its side:
 * export function myEngine(options: MyOptions): Engine {
 *   return { name: 'mine', module: { url: import.meta.url, exportName: 'myEngine', options }, ...doorsOf(options) };
 * }
 */
export interface EngineModule {
  /** The module's URL, such as `import.meta.url`; or a package's name, found from where Acktor is installed. */
  readonly url: string;
  /** Which of its exports makes the engine: called with `options`, returns an {@link Engine} or a promise of one. */
  readonly exportName: string;
  /** Plain data, as JSON can hold it. It may hold a password: it is passed on, and never printed. */
  readonly options: unknown;
}

/** Milliseconds since the epoch that only ever grow, and timers that keep no process alive. XState's clocks are of this form. */
export interface EngineClock {
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** What every opening needs. */
export interface FleetOpening {
  /** Queues of one namespace know nothing of those of another. */
  readonly namespace: string;
  /** How long connecting may take, in milliseconds: all of its steps together. */
  readonly connectTimeoutMs: number;
}

/** Whose rights a broker uses: docs/connecting.md has those of each. */
export type BrokerRole = 'producer' | 'worker' | 'operator';

/** The name of the client, and what its queues keep. */
export interface BrokerOpening extends FleetOpening, RetentionOptions {
  /** The client's name, as a server may list it: `acktor-producer`. */
  readonly name: string;
  /** As what it is opened: a server that knows rights is asked for those of the role, and refused without. Undefined: nothing is asked. */
  readonly role?: BrokerRole | undefined;
  /** What people call the worker that opens it, as a server may list it; undefined for what is none. */
  readonly worker?: string | undefined;
  /** For how many minutes a queue keeps how many of its jobs ended, where clients of its server's own kind ask for that; 0 by default, none. */
  readonly countedMinutes?: number | undefined;
  /** Whether it is opened for inspection and repair, and no job is entrusted to it: a server that may lose jobs is not refused then. */
  readonly isForInspection?: boolean;
  /** Called with what the server may lose or cannot do, where that is no reason to refuse it. */
  readonly warn?: (message: string) => void;
}

/** The process and its queues. Plain data, which can be sent to a thread. */
export interface LivenessOpening extends FleetOpening {
  /** The prefix of the process's lease tokens. */
  readonly process: string;
  readonly queues: readonly string[];
  /** How long a call waits for its answer before the connection counts as dead, in milliseconds; 15,000 by default, and at most. */
  readonly answerTimeoutMs?: number;
  /** As in {@link ReapRules}. */
  readonly holdOffMs: number;
}

/** An open broker, and how to close it. */
export interface ConnectedBroker {
  readonly broker: Broker;
  /** Where the queues are, for people: without a password. */
  readonly address: string;
  /**
   * How a thread of this process makes an engine on the same server, at the address that was found, with no further search. Undefined where
   * no thread can.
   */
  readonly module?: EngineModule | undefined;
  /** What is left of `connectTimeoutMs`, in milliseconds, for the other steps of the start; all of it where undefined. */
  readonly leftMs?: number | undefined;
  /** Closes the broker, and all that was opened for it. May be called twice. */
  close(): Promise<void>;
}

/** Whether a value has the form of an engine. */
export function isEngine(value: unknown): value is Engine {
  if (typeof value !== 'object' || value === null) return false;
  const { name, openBroker, openLiveness, openFleet } = value as Partial<Record<keyof Engine, unknown>>;
  return typeof name === 'string' && [openBroker, openLiveness, openFleet].every((open) => typeof open === 'function');
}
