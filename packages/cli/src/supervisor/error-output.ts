// What a child writes on standard error: passed on as it came, and the last of it kept.
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

export class ErrorOutput {
  readonly #passOn: (bytes: Buffer) => void;
  /** The beginning of a line whose end has not come yet. */
  #begun: Buffer = NOTHING;
  #last: Buffer = NOTHING;
  #timer: NodeJS.Timeout | undefined;
  /** Resolves when nothing more can come. A process of the child's may keep its standard error open for longer than the child lives. */
  readonly ended: Promise<void>;

  constructor(source: Readable, passOn: (bytes: Buffer) => void) {
    this.#passOn = passOn;
    source.on('data', (bytes: Buffer) => this.#take(bytes));
    source.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      source.once('close', () => {
        this.#flush();
        resolve();
      });
    });
  }

  /** Its last lines as text, without escape sequences; '' for none. */
  get lastLines(): string {
    const text = stripVTControlCharacters(this.#last.toString('utf8').replace(/^\ufffd+/, ''));
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-MOST_LINES)
      .join('\n');
  }

  /** Whole lines at once, so that those of several children do not run into each other. */
  #take(bytes: Buffer): void {
    this.#last = Buffer.concat([this.#last, bytes.subarray(-MOST_KEPT_BYTES)]).subarray(-MOST_KEPT_BYTES);
    this.#begun = Buffer.concat([this.#begun, bytes]);
    const whole = this.#begun.length > MOST_BEGUN_BYTES ? this.#begun.length : this.#begun.lastIndexOf(NEWLINE) + 1;
    if (whole > 0) this.#passOn(this.#begun.subarray(0, whole));
    this.#begun = this.#begun.subarray(whole);
    if (this.#begun.length > 0) this.#timer ??= setTimeout(() => this.#flush(), LINE_WITHIN_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#begun.length > 0) this.#passOn(this.#begun);
    this.#begun = NOTHING;
  }
}

/** Drops what cannot be passed on: `acktor work 2>&1 | head` ends the reader, and neither the supervisor nor its workers. */
export function outliveReader(stream: NodeJS.WriteStream): void {
  stream.off('error', drop).on('error', drop);
}

function drop(): void {
  // No reader is left.
}

const NOTHING = Buffer.alloc(0);
const NEWLINE = 10;
/** What Node says when its heap is full has some forty lines, and 5 kB. */
const MOST_LINES = 50;
const MOST_KEPT_BYTES = 8_192;
const MOST_BEGUN_BYTES = 8_192;
const LINE_WITHIN_MS = 100;
