// The state of a worker, for a load balancer, a supervisor of another kind, or a test.
import type { ConsumerState } from '../consumer/consumer-protocol.js';
import type { HeartbeatState } from '../heartbeat/heartbeat.js';
import type { WorkerStateChange } from '../events/worker-events.js';

/** The state of a worker at one moment. Times in milliseconds since the epoch, by this machine's clock. */
export interface WorkerHealth {
  readonly workerId: string;
  readonly startedAtMs: number;
  /** Its state on its chart. */
  readonly state: WorkerStateChange['state'];
  /** Whether it can take and settle jobs: `whyNotReady` is empty. */
  readonly isReady: boolean;
  /** A line for each reason; nothing when it is ready. */
  readonly whyNotReady: readonly string[];
  readonly connection: ConnectionHealth;
  /** The thread that renews leases and shows that the process is there. */
  readonly heartbeat: HeartbeatState;
  readonly consumers: number;
  /** How many deliveries its consumers hold. */
  readonly held: number;
  /** For how long the oldest of them is held; undefined when none is. */
  readonly oldestHeldForMs: number | undefined;
  /** Handlers whose signal has aborted and that still run. */
  readonly stuck: number;
  readonly queues: readonly QueueHealth[];
}

export interface ConnectionHealth {
  readonly state: 'whole' | 'away';
  /** Since when it is so. */
  readonly sinceMs: number;
  /** In a cluster: whose server is away. */
  readonly queuesAway: readonly string[];
}

export interface QueueHealth {
  readonly queue: string;
  readonly consumers: number;
  readonly held: number;
}

/** What a worker knows of itself. */
export interface HealthSources {
  readonly workerId: string;
  readonly startedAtMs: number;
  readonly state: WorkerStateChange['state'];
  readonly connection: ConnectionHealth;
  readonly heartbeat: HeartbeatState;
  readonly queues: readonly string[];
  readonly consumers: readonly ConsumerState[];
}

export function healthOf(sources: HealthSources): WorkerHealth {
  const { consumers, queues, ...known } = sources;
  const heldForMs = consumers.flatMap((one) => (one.heldForMs === undefined ? [] : [one.heldForMs]));
  const whyNotReady = reasons(sources);
  return {
    ...known,
    isReady: whyNotReady.length === 0,
    whyNotReady,
    consumers: consumers.length,
    held: heldForMs.length,
    oldestHeldForMs: heldForMs.length === 0 ? undefined : Math.max(...heldForMs),
    stuck: consumers.filter(({ stuck }) => stuck !== undefined).length,
    queues: queues.map((queue) => queueHealth(queue, consumers)),
  };
}

function queueHealth(queue: string, all: readonly ConsumerState[]): QueueHealth {
  const consumers = all.filter((one) => one.queue === queue);
  const held = consumers.filter(({ heldForMs }) => heldForMs !== undefined).length;
  return { queue, consumers: consumers.length, held };
}

function reasons({ state, connection, heartbeat }: HealthSources): readonly string[] {
  const { queuesAway } = connection;
  const which = queuesAway.length > 0 ? ` of ${queuesAway.join(', ')}` : '';
  return [
    ...(state === 'running' ? [] : [`the worker is ${state}`]),
    ...(connection.state === 'whole' ? [] : [`the server${which} is away`]),
    ...(heartbeat.isAlive ? [] : ['the heartbeat does not run']),
  ];
}

/** Remembers which connections are broken, and since when. */
export class ConnectionRecord {
  readonly #away = new Map<string, number>();
  #wholeSinceMs: number;

  constructor(nowMs: number) {
    this.#wholeSinceMs = nowMs;
  }

  changed(state: 'away' | 'back', queue: string | undefined, nowMs: number): void {
    const key = queue ?? '';
    if (state === 'away') this.#away.set(key, this.#away.get(key) ?? nowMs);
    else if (this.#away.delete(key) && this.#away.size === 0) this.#wholeSinceMs = nowMs;
  }

  read(): ConnectionHealth {
    const queuesAway = [...this.#away.keys()].filter((queue) => queue !== '');
    if (this.#away.size === 0) return { state: 'whole', sinceMs: this.#wholeSinceMs, queuesAway };
    return { state: 'away', sinceMs: Math.min(...this.#away.values()), queuesAway };
  }
}
