// Renews the leases of what is held, and finds those that are lost.
import type { WorkQueue } from '@acktor/core/broker';
import type { Logger } from '../log/logger.js';
import { repeat, type Clock } from './clock.js';
import type { HeldDeliveries } from './held-deliveries.js';

export interface LeaseKeeperParts {
  readonly queue: Pick<WorkQueue, 'renew'>;
  readonly held: HeldDeliveries;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Starts keeping. Each consumer whose lease is found lost hears `lease.lost`. Answers how to stop.
 *
 * The heartbeat thread renews, too; this is how the process learns what it has lost, and what holds when the thread ends.
 */
export function keepLeases(parts: LeaseKeeperParts): () => void {
  // Three chances before a lease expires.
  return repeat(parts.clock, parts.leaseMs / 3, () => renewQuietly(parts));
}

/** A renewal that fails is made again before the lease is over; the connection's own fault is reported elsewhere. */
async function renewQuietly(parts: LeaseKeeperParts): Promise<void> {
  try {
    await renew(parts);
  } catch (error) {
    parts.log.debug({ err: error }, 'the leases could not be renewed');
  }
}

async function renew({ queue, held, leaseMs, log }: LeaseKeeperParts): Promise<void> {
  const leases = held.leases();
  if (leases.length === 0) return;
  const lost = new Set(await queue.renew(leases, leaseMs));
  for (const consumer of held.holdersOf(({ leaseToken }) => lost.has(leaseToken))) {
    log.warn({ consumer: consumer.id }, 'a lease was lost');
    consumer.send({ type: 'lease.lost' });
  }
}
