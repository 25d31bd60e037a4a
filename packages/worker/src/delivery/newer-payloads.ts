// Payloads of a newer version than this worker's contract knows: left to newer workers, while a deploy goes on.
import type { AnyJob } from '@acktor/core';
import type { JobRecord, GuardedLog } from '@acktor/core/broker';
import type { Rejected } from '../consumer/consumer-protocol.js';
import type { LaterReturns } from './later-returns.js';

/** Gives them back, and says so once for each job and version. */
export class NewerPayloads {
  readonly #log: GuardedLog;
  readonly #laterReturns: LaterReturns;
  readonly #said = new Set<string>();

  constructor({ log, laterReturns }: { readonly log: GuardedLog; readonly laterReturns: LaterReturns }) {
    this.#log = log;
    this.#laterReturns = laterReturns;
  }

  /** How a delivery ends whose payload is too new: back to the queue for a while, without counting an attempt. */
  leave(record: JobRecord, job: AnyJob): Rejected {
    this.#say(record, job);
    return { kind: 'requeue', afterMs: this.#laterReturns.afterMs(record), isForOthers: true };
  }

  #say({ name, version, queue }: JobRecord, job: AnyJob): void {
    const what = `${name} ${version}`;
    if (this.#said.has(what)) return;
    this.#said.add(what);
    const facts = { job: name, queue, version, knows: job.version };
    this.#log.warn(facts, 'payloads of a newer version wait for a newer worker; this one leaves them');
  }
}
