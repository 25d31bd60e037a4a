// What a publish resolves with: where the message went, and a receipt for each job that it became.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DEFAULT_BACKOFF } from '../contract/backoff.js';
import { DEFAULT_ATTEMPTS, type AnyJob } from '../contract/job.js';
import type { SendOutcome } from '../engine/broker.js';
import { Receipt, type ReceiptDeps } from '../producer/receipt.js';
import type { JobTarget } from './binding.js';

/** One queue that got the message. */
export interface PublishedRoute {
  readonly queue: string;
  /** The name of the job that it became there. */
  readonly job: string;
  /** Of that job. Its result is as the handler returned it: the publisher does not know the contract, {@link Published.receiptOf} does. */
  readonly receipt: Receipt<AnyJob>;
}

/** What became of one job of a publish. */
export interface RoutedJob {
  readonly target: JobTarget;
  readonly id: string;
  readonly outcome: SendOutcome;
  readonly awaitedUntilMs: number | undefined;
}

/** The proof that a message was accepted: by all queues that it was for. */
export class Published {
  /** The id that was given, or one of Acktor's: publishing again under it adds nothing to a queue that knows it. */
  readonly id: string;
  /** Where it went, in the order of the bindings; empty where nothing matched. */
  readonly routes: readonly PublishedRoute[];
  readonly #jobs: readonly RoutedJob[];
  readonly #deps: Pick<ReceiptDeps<AnyJob>, 'broker' | 'limits'>;

  constructor(id: string, jobs: readonly RoutedJob[], deps: Pick<ReceiptDeps<AnyJob>, 'broker' | 'limits'>) {
    this.id = id;
    this.#jobs = jobs;
    this.#deps = deps;
    this.routes = jobs.map(({ target, ...sent }) => ({
      queue: target.queue,
      job: target.name,
      receipt: new Receipt({ job: contractFor(target), ...sent, ...deps }),
    }));
  }

  /** The receipt of the job of that contract, whose result is typed; undefined where the message did not go to it. */
  receiptOf<J extends AnyJob>(job: J): Receipt<J> | undefined {
    const found = this.#jobs.find(({ target }) => target.queue === job.queue && target.name === job.name);
    if (found === undefined) return undefined;
    const { target: _, ...sent } = found;
    return new Receipt({ job, ...sent, ...this.#deps });
  }
}

/** The contract of a bound job, as far as the binding knows it: any payload, any result. */
export function contractFor({ queue, name, version, attempts, backoff, maxLength, groups }: JobTarget): AnyJob {
  return Object.freeze({
    name,
    queue,
    data: ANYTHING,
    result: ANYTHING,
    attempts: attempts ?? DEFAULT_ATTEMPTS,
    backoff: backoff ?? DEFAULT_BACKOFF,
    deadlineMs: undefined,
    maxLength,
    scheduleData: undefined,
    version,
    upgrade: Object.freeze({}),
    groups,
  });
}

const ANYTHING: StandardSchemaV1 = Object.freeze({
  '~standard': Object.freeze({ version: 1, vendor: 'acktor', validate: (value: unknown) => ({ value }) }),
});
