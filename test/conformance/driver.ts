// What the conformance scenarios need of a broker, whichever it is: exchanges, queues, publishes, and consumers with prefetch 1.
import type { ExchangeType } from '@acktor/core';

/** A broker on trial. */
export interface Driver {
  readonly name: string;
  /** Opens a session with names of its own: nothing of another is there. */
  open(): Promise<Session>;
}

/** What a scenario does. Names are the session's own. */
export interface Session extends AsyncDisposable {
  /** Resolves with `refused` where it is declared otherwise. */
  declareExchange(name: string, type: ExchangeType, alternate?: string): Promise<'declared' | 'refused'>;
  declareQueue(name: string, bound?: QueueBound): Promise<void>;
  bind(exchange: string, to: Bound, on?: BoundBy): Promise<void>;
  unbind(exchange: string, to: Bound, on?: BoundBy): Promise<void>;
  publish(exchange: string, key: string, body: string, options?: PublishWith): Promise<Answer>;
  /** To the queue itself. */
  send(queue: string, body: string, options?: SendWith): Promise<Answer>;
  /** One more consumer, which holds one message at a time. */
  consume(queue: string): Promise<Consumer>;
  /** The bodies that wait in a queue; takes them out. */
  drain(queue: string): Promise<readonly string[]>;
}

/** How long a queue may be, and what happens to one message too many. */
export interface QueueBound {
  readonly most: number;
  readonly whenFull: 'refuse' | 'dropOldest';
}

export type Bound = { readonly queue: string } | { readonly exchange: string };

/** A key or a pattern, or headers. */
export type BoundBy = string | { readonly match: 'all' | 'any'; readonly headers: Readonly<Record<string, string>> };

export interface SendWith {
  /** The first of these is handed out first. */
  readonly urgency?: 'urgent' | 'later';
  readonly expiresInMs?: number;
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
  /** Whether it has been given one that was not asked for yet. */
  readonly hasMore: boolean;
  /** Ends it, as a connection that closes: what it holds goes back. */
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
