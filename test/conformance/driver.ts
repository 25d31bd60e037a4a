// What the conformance scenarios need of a broker, whichever it is: exchanges, queues, publishes, and consumers.
import type { ExchangeType } from '@acktor/core';

/** A broker on trial. */
export interface Driver {
  readonly name: DriverName;
  /** Opens a session with names of its own: nothing of another is there. With `isKilled`, on a broker that the session may kill. */
  open(options?: { readonly isKilled?: boolean }): Promise<Session>;
}

export type DriverName = 'RabbitMQ' | 'Acktor on Redis' | 'Acktor in memory';

/** What a scenario does. Names are the session's own. */
export interface Session extends Declarations, AsyncDisposable {
  publish(exchange: string, key: string, body: string, options?: PublishWith): Promise<Answer>;
  /** To the queue itself. */
  send(queue: string, body: string, options?: SendWith): Promise<Answer>;
  /** The same of several by one publisher, none of which waits for the one before. */
  sendAll(queue: string, bodies: readonly string[]): Promise<void>;
  /** One more consumer, which holds so many messages at a time: one by default. */
  consume(queue: string, prefetch?: number): Promise<Consumer>;
  /** A consumer in a process that is to die: it takes the next message. */
  doomed(queue: string): Promise<Doomed>;
  /** Takes the next message, and acks it twice, or from another consumer than the one that holds it; the holder goes then. */
  ackOddly(queue: string, how: 'twice' | 'fromAnother'): Promise<'taken' | 'refused'>;
  /** How many messages wait. */
  depth(queue: string): Promise<number>;
  /** The bodies that wait in a queue; takes them out. */
  drain(queue: string): Promise<readonly string[]>;
  /** Those of a queue that keeps dead letters, the first that died first. */
  deadLetters(queue: string): Promise<readonly Dead[]>;
  /** Resolves when so much time has passed at the broker. */
  pass(ms: number): Promise<void>;
  /** Ends the broker with SIGKILL, and starts it on what it has kept. */
  kill(): Promise<void>;
}

interface Declarations {
  /** Resolves with `refused` where it is declared otherwise. */
  declareExchange(name: string, type: ExchangeType, alternate?: string): Promise<Declared>;
  declareQueue(name: string, kind?: QueueKind): Promise<Declared>;
  /** Resolves with `refused` where the exchange is not there, or where it would be a loop. */
  bind(exchange: string, to: Bound, on?: BoundBy): Promise<Declared>;
  unbind(exchange: string, to: Bound, on?: BoundBy): Promise<void>;
  deleteExchange(name: string): Promise<void>;
  isThere(what: Bound): Promise<boolean>;
  /** Removes what waits in a queue. Returns how many messages that were. */
  purge(queue: string): Promise<number>;
  /** Resolves with `refused` where queues are not deleted. */
  deleteQueue(queue: string): Promise<'deleted' | 'refused'>;
}

export type Declared = 'declared' | 'refused';

/** How a queue is other than an ordinary one. */
export interface QueueKind {
  /** How many messages may wait, and what happens to one too many. */
  readonly most?: number;
  readonly whenFull?: 'refuse' | 'dropOldest';
  readonly expiresInMs?: number;
  readonly keepsDeadLetters?: boolean;
  /** How often a message may be lost with its consumer before it is a dead letter. */
  readonly deliveryLimit?: number;
  /** Whether one message is under way at a time. */
  readonly isOneAtATime?: boolean;
}

export type Bound = { readonly queue: string } | { readonly exchange: string };

/** A key or a pattern, or headers: `true` is any value. */
export type BoundBy =
  string | { readonly match: 'all' | 'any'; readonly headers: Readonly<Record<string, string | true>> };

export interface SendWith {
  /** The first of these is handed out first. */
  readonly urgency?: 'urgent' | 'later';
  readonly expiresInMs?: number;
  /** Whether it need not survive the broker. */
  readonly isTransient?: boolean;
}

export interface PublishWith extends SendWith {
  readonly headers?: Readonly<Record<string, string>>;
  readonly mandatory?: boolean;
}

/** `accepted`: the broker has it, wherever it went. `unroutable`: it was mandatory, and went nowhere. `noExchange`: there is none of that name. */
export type Answer = 'accepted' | 'unroutable' | 'refused' | 'noExchange';

export interface Consumer {
  /** Resolves with the next message that it is given. */
  next(): Promise<Held>;
  /** Resolves when it has been given one that was not asked for yet. */
  ready(): Promise<void>;
  /** Whether it has been given one that was not asked for yet. */
  readonly hasMore: boolean;
  /** Whether the broker has ended it. */
  readonly isCancelled: boolean;
  /** Ends it in order: what it holds goes back. */
  close(): Promise<void>;
}

/** A message that a consumer holds. */
export interface Held {
  readonly body: string;
  readonly routingKey: string;
  /** Whether it was handed out before, as the broker says it. */
  readonly isRedelivered: boolean;
  ack(): void;
  requeue(): void;
  /** It is not to come again. */
  reject(): void;
}

/** A message in a process that is to die. */
export interface Doomed {
  readonly body: string;
  readonly isRedelivered: boolean;
  die(): Promise<void>;
}

/** A dead letter, and why it is one. */
export interface Dead {
  readonly body: string;
  readonly reason: 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';
}
