// The stream to one browser. A slow browser misses events: memory holds at most one for each, however slow it is.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { permits, type Needs, type Session } from '../access/session.js';
import type { LiveEvent } from '../protocol/live.js';
import { FIRST_LINE } from './event-log.js';

/** The role that a browser needs for an event. */
const NEEDS: Readonly<Record<LiveEvent['type'], Needs>> = { snapshot: 'viewer', frame: 'viewer', connection: 'viewer' };

/** How long a browser may read nothing before its stream is ended. */
const MOST_BEHIND_MS = 30_000;

export class BrowserStream {
  readonly #session: Session | undefined;
  readonly #response: ServerResponse;
  readonly #sink: Writable;
  #behindSinceMs: number | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, session: Session | undefined) {
    this.#response = response;
    this.#session = session;
    request.socket.setNoDelay(true);
    request.socket.setTimeout(0);
    this.#sink = openSink(request, response);
    this.#sink.write(FIRST_LINE);
  }

  /** Calls the listener when the browser has gone. */
  onClosed(listener: () => void): void {
    this.#response.once('close', listener);
  }

  /**
   * Writes an event when the browser has read what was written before, and drops it otherwise.
   *
   * @param catchUp returns what to write instead to a browser that has missed something.
   */
  offer(type: LiveEvent['type'], text: string, catchUp: () => string): void {
    const nowMs = Date.now();
    if (!permits(this.#session, NEEDS[type], nowMs)) return this.end();
    if (this.#sink.writableNeedDrain) return this.#fallBehind(nowMs);
    const isBehind = this.#behindSinceMs !== undefined;
    this.#behindSinceMs = undefined;
    this.#sink.write(isBehind ? catchUp() : text);
  }

  /** Writes a comment, which is no event. */
  comment(text: string): void {
    if (!this.#sink.writableNeedDrain) this.#sink.write(text);
  }

  /** Ends the stream; the browser will try again. */
  end(): void {
    this.#sink.end();
  }

  #fallBehind(nowMs: number): void {
    this.#behindSinceMs ??= nowMs;
    if (nowMs - this.#behindSinceMs > MOST_BEHIND_MS) this.#response.destroy();
  }
}

/** Names of consumers and states come again and again: gzip makes the stream an eighth as long. */
function openSink(request: IncomingMessage, response: ServerResponse): Writable {
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  // A proxy that buffers whole responses would keep this one for ever.
  response.setHeader('cache-control', 'no-store, no-transform');
  response.setHeader('x-accel-buffering', 'no');
  response.setHeader('vary', 'accept-encoding');
  const isPacked = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (!isPacked) return started(response);
  response.setHeader('content-encoding', 'gzip');
  const gzip = createGzip({ level: 3, flush: constants.Z_SYNC_FLUSH });
  gzip.pipe(started(response));
  response.once('close', () => gzip.destroy());
  return gzip;
}

function started(response: ServerResponse): ServerResponse {
  response.writeHead(200);
  response.flushHeaders();
  return response;
}
