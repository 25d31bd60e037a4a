// What an engine may or may not be able to do. What is not here every engine does.

/** What an engine claims. Where it claims nothing, the suite passes over what it does. */
export interface EngineFeatures {
  /** A process that ends is missed before its leases expire. */
  readonly presence: boolean;
  /** A job that ends its workers is found out: suspected, tried alone, poisoned. */
  readonly poison: boolean;
  /** Operators see queues and jobs, pause and resume. */
  readonly operator: boolean;
  /** Watchers of the fleet can ask its workers for reports, and follow them. */
  readonly fleet: boolean;
  /** Jobs are sent at times and in intervals. */
  readonly schedules: boolean;
  /** Jobs with a key have turns, and operators see and limit the keys. */
  readonly groups: boolean;
  /** What is kept of flows lies with their jobs. */
  readonly flows: boolean;
  /** Records are kept beside jobs, and written with the end of one. */
  readonly records: boolean;
  /** Jobs stand for others by keys of their sends: once, throttled, debounced, the last. */
  readonly deduplication: boolean;
  /** Jobs that nothing has begun in time are given up. */
  readonly expiry: boolean;
  /** The length of a queue is bounded where a send says so. */
  readonly maxLength: boolean;
  /** What is published to exchanges goes to all queues that are bound, or to none. */
  readonly exchanges: boolean;
  /** They have it when the publish resolves, and each is looked at first: not where they lie on several servers. */
  readonly publishesAtOnce: boolean;
  /** Operators move jobs from one queue to another: not where these lie on several servers. */
  readonly moves: boolean;
  /** Programs can follow what happens to the jobs of a queue. */
  readonly events: boolean;
  /** A send can wait for a disk or for replicas. */
  readonly confirms: boolean;
  /** Accepted jobs outlive the process. Not tested here. */
  readonly durable: boolean;
  /** Other processes reach the same queues. Not tested here. */
  readonly shared: boolean;
  /** Plain BullMQ clients may use the same queues, with rate limits, flows and schedulers of theirs. Not tested here. */
  readonly bullmqClients: boolean;
}

/** What the engine on Redis claims. */
export const redisFeatures: EngineFeatures = {
  presence: true,
  poison: true,
  operator: true,
  fleet: true,
  schedules: true,
  groups: true,
  flows: true,
  records: true,
  deduplication: true,
  expiry: true,
  maxLength: true,
  exchanges: true,
  publishesAtOnce: true,
  moves: true,
  events: true,
  confirms: true,
  durable: true,
  shared: true,
  bullmqClients: true,
};

/** What the engine in memory claims. */
export const memoryFeatures: EngineFeatures = {
  ...redisFeatures,
  confirms: false,
  durable: false,
  shared: false,
  bullmqClients: false,
};
