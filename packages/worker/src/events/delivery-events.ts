// What a channel says of its deliveries: to the worker's listeners, and to whoever mends what a dead letter left behind.
import type { LeasedJob, SettleOutcome, Settling } from '@acktor/core/engine';
import type { Clock } from '../channel/clock.js';
import type { DeliveryTable } from '../channel/delivery-table.js';
import type { ConsumerRef, StuckHandler } from '../consumer/consumer-protocol.js';
import type { DeliveryFacts, DeliveryOutcome } from './worker-event.js';
import type { WorkerEvents } from './worker-events.js';

/** What they are made of. */
export interface DeliveryEventsDeps {
  /** The id of the worker. */
  readonly process: string;
  readonly events: WorkerEvents;
  /** Called when a dead letter is stored; undefined when nobody wants to know. */
  readonly onDead: ((job: LeasedJob) => void) | undefined;
  readonly held: Pick<DeliveryTable, 'heldSinceMs'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** One check for each of its events while nobody listens. */
export class DeliveryEvents {
  readonly #deps: DeliveryEventsDeps;

  constructor(deps: DeliveryEventsDeps) {
    this.#deps = deps;
  }

  started(consumer: ConsumerRef, job: LeasedJob): void {
    const { events } = this.#deps;
    if (!events.isHeard('delivery.started')) return;
    events.emit('delivery.started', { ...this.#facts(job, consumer), isRedelivered: job.record.leasesLost > 0 });
  }

  /** The server has answered a settlement. To be called while the consumer still holds the job. */
  settled(settle: Settling | undefined, outcome: SettleOutcome | undefined, consumer: ConsumerRef | undefined): void {
    if (settle === undefined || outcome === undefined) return;
    const { job, settlement } = settle;
    const { onDead } = this.#deps;
    if (outcome === 'stored' && settlement.kind === 'deadLetter') onDead?.(job);
    if (outcome === 'lost') this.#leaseLost(job, consumer);
    this.#ended(job, consumer, {
      outcome: outcome === 'stored' ? OUTCOME[settlement.kind] : outcome,
      reason: 'failure' in settlement ? settlement.failure.reason : reasonOf(settlement),
    });
  }

  /** What the consumer held is not ours any more. To be called while it still counts as held. */
  lost(job: LeasedJob | undefined, consumer: ConsumerRef): void {
    if (job === undefined) return;
    this.#leaseLost(job, consumer);
    this.#ended(job, consumer, { outcome: 'lost', reason: undefined });
  }

  stuck(consumer: ConsumerRef, { job, sinceMs }: StuckHandler): void {
    const { events } = this.#deps;
    if (!events.isHeard('handler.stuck')) return;
    const facts = this.#facts(job, consumer);
    events.emit('handler.stuck', { ...facts, forMs: facts.atMs - sinceMs });
  }

  #leaseLost(job: LeasedJob, consumer: ConsumerRef | undefined): void {
    const { events } = this.#deps;
    if (events.isHeard('lease.lost')) events.emit('lease.lost', this.#facts(job, consumer));
  }

  #ended(job: LeasedJob, consumer: ConsumerRef | undefined, end: End): void {
    const { events, held } = this.#deps;
    if (!events.isHeard('delivery.ended')) return;
    const facts = this.#facts(job, consumer);
    const sinceMs = consumer && held.heldSinceMs(consumer);
    const durationMs = sinceMs === undefined ? undefined : Math.max(0, facts.atMs - sinceMs);
    events.emit('delivery.ended', { ...facts, ...end, durationMs });
  }

  #facts({ record }: LeasedJob, consumer: ConsumerRef | undefined): DeliveryFacts {
    const { process: workerId, clock } = this.#deps;
    const { queue, name: jobName, id, attemptsMade, deliveries: fence } = record;
    return {
      workerId,
      consumer: consumer?.id,
      queue,
      jobName,
      id,
      attempt: attemptsMade + 1,
      fence,
      atMs: clock.now(),
    };
  }
}

interface End {
  readonly outcome: DeliveryOutcome;
  readonly reason: string | undefined;
}

const OUTCOME = { ack: 'acked', retry: 'retried', requeue: 'requeued', deadLetter: 'deadLettered' } as const;

function reasonOf(settlement: { readonly reason?: string } | object): string | undefined {
  return 'reason' in settlement ? settlement.reason : undefined;
}
