// A browser's end of the live stream.
import { request, type IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { Readable } from 'node:stream';
import { createParser } from 'eventsource-parser';
import { Heard } from '../signals/heard.js';
import type { FleetFrame, FleetSnapshot, LiveEvent } from './dashboard-inside.js';

export interface ReadEvent {
  readonly event: LiveEvent;
  readonly id: string;
}

export class LiveReader implements Disposable {
  readonly heard = new Heard<ReadEvent>();
  readonly #response: IncomingMessage;
  /** The events as they were received. */
  bytes = 0;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.on('data', (chunk: Buffer) => (this.bytes += chunk.length));
    // Leaving breaks the connection.
    response.on('error', () => undefined);
    this.#parse(response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response);
  }

  static open(url: string, headers: Record<string, string> = {}): Promise<LiveReader> {
    return new Promise((resolve, reject) => {
      request(new URL('api/live', url), { headers }, (response) => resolve(new LiveReader(response)))
        .on('error', reject)
        .end();
    });
  }

  async snapshot(isIt: (snapshot: FleetSnapshot) => boolean = () => true): Promise<FleetSnapshot> {
    const { event } = await this.heard.first((one) => one.event.type === 'snapshot' && isIt(one.event.snapshot));
    if (event.type !== 'snapshot') throw new Error('expected a snapshot');
    return event.snapshot;
  }

  async frame(isIt: (frame: FleetFrame) => boolean): Promise<FleetFrame> {
    const { event } = await this.heard.first((one) => one.event.type === 'frame' && isIt(one.event.frame));
    if (event.type !== 'frame') throw new Error('expected a frame');
    return event.frame;
  }

  /** Reads no more, as a browser does whose tab is asleep. */
  pause(): void {
    this.#response.socket.pause();
  }

  resume(): void {
    this.#response.socket.resume();
  }

  /** Resolves when the server has ended the stream, or the connection has broken. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#response.destroyed) resolve();
      else this.#response.once('close', resolve);
    });
  }

  [Symbol.dispose](): void {
    this.#response.destroy();
  }

  #parse(text: Readable): void {
    const parser = createParser({
      onEvent: ({ data, id = '' }) => this.heard.push({ event: JSON.parse(data) as LiveEvent, id }),
    });
    text.on('error', () => undefined);
    text.setEncoding('utf8').on('data', (chunk: string) => parser.feed(chunk));
  }
}
