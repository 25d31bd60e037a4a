// A route: where it is, what it needs, what it answers. The router, the gate and the tests are made of the same table.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guarded } from '../access/gate.js';
import type { Session } from '../access/session.js';

export interface Route extends Guarded {
  /** From where the dashboard is mounted; `:name` is a part that the call gets, `*` all that follows. */
  readonly path: `/${string}`;
  /** @throws RequestError, and whatever core throws: both are answered as errors. */
  handle(call: Call): Answer | Promise<Answer>;
}

/** A request that has passed the gate. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path from the mount, decoded. */
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  /** What a request that changes something brought as JSON; undefined when it brought nothing. */
  readonly body: unknown;
  readonly session: Session | undefined;
}

/** What goes back; `answered` when the route has written, or will, by itself. */
export type Answer =
  | 'answered'
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as JSON. */
      readonly body?: unknown;
    };
