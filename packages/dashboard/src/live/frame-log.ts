// The last seconds of the stream, for a browser that was away for a moment.

/** Event texts by their numbers. The log ends before a number that is missing: across a gap nobody can catch up. */
export class FrameLog {
  readonly #stream: string;
  #frames: { readonly sequence: number; readonly text: string }[] = [];
  #sizeChars = 0;

  /** @param stream the name of this stream: numbers of another, as of a process before, mean nothing here. */
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

  /** Forgets all: from here on nobody catches up with what was before. */
  clear(): void {
    this.#frames = [];
    this.#sizeChars = 0;
  }

  /** What came after an event, up to the last; undefined when it is not known (any more), so that a snapshot is needed. */
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
