// What a worker says of itself to listeners in its own process: plain data, no payload, no result.

/** What happens in a worker, by name. */
export interface WorkerEventMap {
  /** A consumer holds a delivery; its handler is about to run. */
  readonly 'delivery.started': DeliveryStarted;
  /** A delivery is over, and the server has stored how; or it is over here, and what became of it is for others to decide. */
  readonly 'delivery.ended': DeliveryEnded;
  /** The lease of what a consumer held belongs to nobody, or to another: what its handler did does not count. */
  readonly 'lease.lost': DeliveryFacts;
  /** A handler was told to let go and has not; its delivery ends without it. */
  readonly 'handler.stuck': HandlerStuck;
  /** The connection to the server broke, or is whole again. */
  readonly connection: ConnectionChange;
  /** The worker is in another state of its chart. */
  readonly 'worker.state': WorkerStateChange;
}

export type WorkerEventName = keyof WorkerEventMap;

/** Called with each event of its name, after the fact. What it throws, or rejects with, is logged and changes nothing. */
export type WorkerListener<Name extends WorkerEventName> = (event: WorkerEventMap[Name]) => unknown;

/** Which delivery an event is of. */
export interface DeliveryFacts {
  readonly workerId: string;
  /** Undefined for what no consumer holds: a job that cannot be read, or what a consumer that failed left behind. */
  readonly consumer: string | undefined;
  readonly queue: string;
  readonly jobName: string;
  readonly id: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Grows with every delivery of the job. */
  readonly fence: number;
  /** When it happened, in milliseconds since the epoch, by this machine's clock. */
  readonly atMs: number;
}

export interface DeliveryStarted extends DeliveryFacts {
  /** Whether an earlier delivery of the job lost its lease. */
  readonly isRedelivered: boolean;
}

export interface DeliveryEnded extends DeliveryFacts {
  readonly outcome: DeliveryOutcome;
  /** From its start until the server had its end; undefined for what no consumer held. */
  readonly durationMs: number | undefined;
  /** Why it was no ack; undefined where nobody said any. */
  readonly reason: string | undefined;
}

/** `lost`: the lease was not ours any more. `gone`: the job had been removed meanwhile. */
export type DeliveryOutcome = 'acked' | 'retried' | 'requeued' | 'deadLettered' | 'lost' | 'gone';

export interface HandlerStuck extends DeliveryFacts {
  /** For how long it has had the order to let go. */
  readonly forMs: number;
}

export interface ConnectionChange {
  readonly workerId: string;
  readonly state: 'away' | 'back';
  /** In a cluster, the queue whose server it is; else undefined: it is all of them. */
  readonly queue: string | undefined;
  readonly atMs: number;
}

export interface WorkerStateChange {
  readonly workerId: string;
  readonly state: 'running' | 'draining' | 'requeueing' | 'closing' | 'stopped';
  readonly atMs: number;
}
