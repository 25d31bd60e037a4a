// What is compared: something that works jobs off a queue and sends them. One implementation each, in a child process.

/** The payload, the same for all. A handler reads `sentAtMicros` where latency is measured. */
export interface BenchPayload {
  readonly orderId: string;
  readonly cents: number;
  readonly sentAtMicros: number;
}

/** What a handler does with a payload. */
export type JobBody = (payload: BenchPayload) => Promise<void> | void;

export interface WorkerRequest {
  /** Where the peer's server is: a Unix socket's path, or a URL. */
  readonly address: string;
  readonly queue: string;
  /** How many jobs at a time. */
  readonly consumers: number;
  readonly body: JobBody;
}

/** Something that runs until it is closed. */
export interface Running {
  close(): Promise<void>;
}

export interface RunningWorker extends Running {
  /** The name under which a parent can say that its process has died, where the peer has such a thing. */
  readonly id?: string;
}

export interface Sender extends Running {
  /** Sends one job; resolves when the server has it. */
  send(payload: BenchPayload): Promise<unknown>;
  /** Sends many, in the fastest way that the peer has. */
  sendAll(payloads: readonly BenchPayload[]): Promise<unknown>;
}

export interface Peer {
  /** Starts to work jobs off a queue; resolves when it is connected. */
  startWorker(request: WorkerRequest): Promise<RunningWorker>;
  openSender(address: string, queue: string): Promise<Sender>;
  /** Publishes to a fanout exchange of so many durable queues; `send` resolves when all of them have the message. Absent where there are no exchanges. */
  openPublisher?(address: string, queues: number): Promise<Pick<Sender, 'send' | 'close'>>;
}

/** The job of every run, and the queues: the first is that of runs that need but one. */
export const JOB = 'charge-card';
export const QUEUE = 'bench';
export const QUEUES: readonly string[] = [QUEUE, ...Array.from({ length: 39 }, (_, index) => `${QUEUE}-${index + 2}`)];

/** The first so many of the queues. */
export function queuesFor(count: number): readonly string[] {
  return QUEUES.slice(0, count);
}

/** The queues of an exchange, and its name: another for each number of them. */
export function publishQueues(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${QUEUE}-published-${index + 1}`);
}

export function publishExchange(count: number): string {
  return `${QUEUE}-${count}`;
}

/** To how many queues a publish goes. */
export const PUBLISHED_TO = [1, 10, 100] as const;

export function payloadNumber(number: number): BenchPayload {
  return { orderId: `order-${number}`, cents: 990, sentAtMicros: nowMicros() };
}

/** Microseconds of the machine's monotonic clock, which is the same in all its processes. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
