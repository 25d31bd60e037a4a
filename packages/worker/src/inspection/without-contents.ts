// What of an actor's context may be shown outside of the process: what job it is, never what is in it.
import type { LeasedJob, Settlement } from '@acktor/core/engine';

/** The context of any actor; those of consumers hold a delivery. */
export type SeenContext = Readonly<Record<string, unknown>>;

/** Of a consumer's context the job's ids and how it is to end; of others nothing. */
export function withoutContents(context: SeenContext | undefined): Record<string, unknown> {
  const { delivery, settlement, isStopping } = (context ?? {}) as Partial<ConsumerSight>;
  return {
    ...(delivery && {
      job: { id: delivery.record.id, name: delivery.record.name, deliveries: delivery.record.deliveries },
    }),
    ...(settlement && { settlement: settlement.kind }),
    ...(isStopping && { isStopping }),
  };
}

interface ConsumerSight {
  readonly delivery: LeasedJob | undefined;
  readonly settlement: Settlement | undefined;
  readonly isStopping: boolean;
}
