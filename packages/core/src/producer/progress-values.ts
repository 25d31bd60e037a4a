// The progress of one job, value by value, until the job ends.
import type { Broker } from '../engine/broker.js';
import { readProgress } from '../events/job-event.js';

/** Whose progress it is. */
export interface ProgressDeps {
  readonly broker: Broker;
  readonly queue: string;
  readonly id: string;
  /** Ends the reading, which throws its reason. Abort it when the loop ends. */
  readonly signal: AbortSignal;
}

/** What the job's handlers give to `delivery.progress`: what is kept already, then each value as it comes, to the end of the job. */
export async function* progressValues(deps: ProgressDeps): AsyncGenerator<unknown, void> {
  const { broker, queue, id, signal } = deps;
  signal.throwIfAborted();
  const texts = new Texts();
  const watcher = { of: { jobId: id }, kinds: PROGRESS, onGap: () => undefined };
  const stop = await broker.follow(queue, {
    ...watcher,
    onEvent: (event) => event.kind === 'progress' && texts.add(event.progress),
  });
  try {
    texts.begin(await keptNow(deps));
    broker.ended(queue, id, signal).then(
      () => texts.end(undefined),
      (error: Error) => texts.end(error),
    );
    let last: string | undefined;
    for (let text = await texts.next(); text !== undefined; text = await texts.next()) {
      last = text;
      yield readProgress(text);
    }
    // The end may have been found before the stream was read so far.
    const final = await keptNow(deps);
    if (final !== undefined && final !== last) yield readProgress(final);
  } finally {
    stop();
  }
}

async function keptNow({ broker, queue, id }: ProgressDeps): Promise<string | undefined> {
  return (await broker.admin().job(queue, id))?.progress;
}

/** What has come and was not taken: the newest hundred. */
class Texts {
  readonly #waiting: string[] = [];
  #first: string | undefined;
  #isOver = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  add(text: string): void {
    const isRepeated = text === this.#first;
    this.#first = undefined;
    if (isRepeated) return;
    this.#waiting.push(text);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    this.#wake();
  }

  /** What was kept before any came. Its event may still be on the way, and is not given a second time. */
  begin(kept: string | undefined): void {
    if (kept === undefined || this.#waiting.length > 0) return;
    this.add(kept);
    this.#first = kept;
  }

  end(failure: Error | undefined): void {
    this.#isOver = true;
    this.#failure = failure;
    this.#wake();
  }

  /** The next, when it is there; undefined at the end. Throws why it ended otherwise. */
  async next(): Promise<string | undefined> {
    if (this.#waiting.length === 0 && !this.#isOver) await new Promise<void>((resolve) => (this.#wake = resolve));
    const text = this.#waiting.shift();
    if (text === undefined && this.#failure !== undefined) throw this.#failure;
    return text;
  }
}

const PROGRESS = new Set(['progress'] as const);
const MOST_WAITING = 100;
