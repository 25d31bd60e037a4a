// What a worker's log has of the ends of deliveries: all of them at debug, dead letters at warn.
import { shorten, visible, type Failure, type GuardedLog, type JobRecord, type Settlement } from '@acktor/core/broker';
import type { Clock } from '../channel/clock.js';

/** A handler returned, or its delivery is rejected so. */
export type LoggedEnd =
  { readonly type: 'handler.returned' } | { readonly type: 'handler.rejected'; readonly settlement: Settlement };

/** Shared by the consumers of a queue. A queue whose jobs all fail does not bury the log: its dead letters have them all. */
export class EndLog {
  readonly #log: GuardedLog;
  readonly #clock: Pick<Clock, 'now'>;
  #spanFromMs = -Infinity;
  #saidInSpan = 0;
  #withheld = 0;

  constructor({ log, clock }: { readonly log: GuardedLog; readonly clock: Pick<Clock, 'now'> }) {
    this.#log = log;
    this.#clock = clock;
  }

  write(end: LoggedEnd, { id, name, queue, attemptsMade }: JobRecord): void {
    if (end.type === 'handler.returned' && !this.#log.isDebugEnabled()) return;
    const facts = { job: id, name, attempt: attemptsMade + 1 };
    if (end.type === 'handler.returned') return this.#log.debug({ ...facts, end: 'ack' }, 'handled');
    const { kind } = end.settlement;
    const reason = 'failure' in end.settlement ? reasonOf(end.settlement.failure) : undefined;
    if (kind === 'deadLetter') this.#warn({ ...facts, queue, reason });
    else this.#log.debug({ ...facts, end: kind, reason }, 'handled');
  }

  #warn(facts: object): void {
    const nowMs = this.#clock.now();
    if (nowMs - this.#spanFromMs >= SPAN_MS) {
      this.#spanFromMs = nowMs;
      this.#saidInSpan = 0;
    }
    this.#saidInSpan += 1;
    if (this.#saidInSpan > MOST_IN_SPAN) return void (this.#withheld += 1);
    this.#log.warn({ ...facts, ...(this.#withheld > 0 && { notSaid: this.#withheld }) }, 'a job becomes a dead letter');
    this.#withheld = 0;
  }
}

/** The first line of it: a reason may be a message of pages, which others wrote. */
function reasonOf({ reason }: Failure): string {
  const [first = ''] = reason.split(/[\r\n\u0085\u2028\u2029]/, 1);
  return shorten(visible(shorten(first, LONGEST_REASON + 1)), LONGEST_REASON);
}

const SPAN_MS = 10_000;
const MOST_IN_SPAN = 20;

const LONGEST_REASON = 300;
