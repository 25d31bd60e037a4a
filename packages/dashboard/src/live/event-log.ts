// Live events as text, and the last seconds of them, for a browser that was away for a moment.
import type { LiveEvent } from '../protocol/live.js';

/** An event as the lines of an event stream. @param id the `Last-Event-ID` that a browser sends when it connects again. */
export function eventText(event: LiveEvent, id: string): string {
  return `event: ${event.type}\nid: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** A comment, so that proxies do not take a silent stream for a dead one. */
export const KEEP_ALIVE = ': still here\n\n';

/** How soon a browser connects again, in milliseconds. */
export const FIRST_LINE = 'retry: 1000\n\n';

/** Event texts by their numbers. A browser that misses a number that is not in the log cannot catch up. */
export class EventLog {
  readonly #stream: string;
  #frames: { readonly sequence: number; readonly text: string }[] = [];
  #sizeChars = 0;

  /** @param stream the name of this stream: numbers of another one, such as that of an earlier process, mean nothing here. */
  constructor(stream: string) {
    this.#stream = stream;
  }

  idOf(sequence: number): string {
    return `${this.#stream}.${sequence}`;
  }

  add(sequence: number, text: string): void {
    this.#frames.push({ sequence, text });
    this.#sizeChars += text.length;
    while (this.#frames.length > MOST_FRAMES || this.#sizeChars > MOST_CHARS) this.#dropFirst();
  }

  /** Forgets all: browsers cannot catch up with what was before. */
  clear(): void {
    this.#frames = [];
    this.#sizeChars = 0;
  }

  /** The events after a given one, up to the latest; undefined when they are not all in the log, so that a snapshot is needed. */
  after(lastEventId: string | undefined, latest: number): readonly string[] | undefined {
    const [stream, sequence] = lastEventId?.split('.') ?? [];
    if (stream !== this.#stream || sequence === undefined || !/^\d{1,15}$/.test(sequence)) return undefined;
    const seen = Number(sequence);
    if (seen === latest) return [];
    const missed = this.#frames.filter((frame) => frame.sequence > seen);
    return missed[0]?.sequence === seen + 1 ? missed.map(({ text }) => text) : undefined;
  }

  #dropFirst(): void {
    this.#sizeChars -= this.#frames.shift()?.text.length ?? 0;
  }
}

/** Ten seconds of them. */
const MOST_FRAMES = 100;
const MOST_CHARS = 8 * 1_024 * 1_024;
