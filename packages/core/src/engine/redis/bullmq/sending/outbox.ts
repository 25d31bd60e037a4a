// Forwards the jobs that a queue's settlements have sent to queues in other slots of a cluster.
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import type { QueueKeys } from '../queue-keys.js';
import { scripts } from '../scripts/scripts.js';

/** A queue, and what carries its calls. */
export interface OutboxQueue {
  readonly keys: QueueKeys;
  readonly guard: ConnectionGuard;
}

export interface OutboxDeps {
  readonly source: OutboxQueue;
  /** By the name that the queue's keys have. */
  readonly targetOf: (name: string) => OutboxQueue;
  /** Has other processes look into it: to be called before anything is put there. */
  readonly enter: () => Promise<void>;
}

/**
 * The outbox of a queue: a list for each target, in the queue's own slot, written in the step that stores a settlement. Every worker of the
 * queue forwards what is in it, and so does the process that has the turn at all of them: at once what this process has put there, and four
 * times a second what others have left.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #timer: NodeJS.Timeout;
  #forwarding: Promise<void> | undefined;
  #isAskedAgain = false;
  #isClosed = false;
  #mostWaiting = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.forward(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Whether more jobs wait for one target than are to wait: until fewer do, the queue hands out no job that could send more. */
  get isFull(): boolean {
    return this.#mostWaiting >= MOST_WAITING;
  }

  /** Resolves when other processes know that there may be something in it; also when that cannot be stored now, because no settlement is to fail for it. */
  async enter(): Promise<void> {
    await this.#deps.enter().catch(() => undefined);
  }

  /** Forwards what is there, and what comes while it does. Never throws: what cannot be forwarded now waits for the next time. */
  forward(): void {
    if (this.#isClosed) return;
    this.#isAskedAgain = true;
    this.#forwarding ??= this.#forwardWhileAsked().finally(() => (this.#forwarding = undefined));
  }

  /** Resolves when no call of it is under way. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    await this.#forwarding;
  }

  async #forwardWhileAsked(): Promise<void> {
    while (this.#isAskedAgain && !this.#isClosed) {
      this.#isAskedAgain = false;
      const counts = await this.#forwardOnce().catch(() => []);
      if (counts.some((count) => count > 0)) this.#isAskedAgain = true;
    }
  }

  /** Returns how many were forwarded to each target. */
  async #forwardOnce(): Promise<readonly number[]> {
    const { keys, guard } = this.#deps.source;
    const answer = await guard.run((client) => scripts.outboxRead.run(client, [keys.outboxes], [MOST_AT_ONCE]));
    const waiting = answer as readonly Waiting[];
    this.#mostWaiting = Math.max(0, ...waiting.map(([, count]) => count));
    return Promise.all(waiting.map(([target, , jobs]) => this.#forwardTo(target, jobs).catch(() => 0)));
  }

  /** A target that is away, or that takes nothing, holds up no other. */
  async #forwardTo(target: string, jobs: readonly string[]): Promise<number> {
    const { source, targetOf } = this.#deps;
    const { keys, guard } = targetOf(target);
    const args = [keys.prefix, source.keys.name, ...jobs];
    const answer = await guard.run((client) => scripts.outboxForward.run(client, keys.send, args));
    const [mark] = answer as readonly [mark: string, fault: string];
    const drop = [target, mark, MOST_AT_ONCE];
    return Number(await source.guard.run((client) => scripts.outboxDrop.run(client, [source.keys.outboxes], drop)));
  }
}

type Waiting = readonly [target: string, count: number, jobs: readonly string[]];

const INTERVAL_MS = 250;
/** Of each target in one call, which may have as many payloads of the greatest size. */
const MOST_AT_ONCE = 20;
/** For one target. */
const MOST_WAITING = 10_000;
