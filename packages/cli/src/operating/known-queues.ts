// Queues are named by people, who mistype.
import type { Operator } from '@acktor/core';
import { checkName } from '@acktor/core/internal';
import { closestMatch } from 'leven';
import { NotFoundError } from '../output/output-errors.js';

/** @throws NotFoundError with the name that was meant, for a queue that nobody ever used; NameError for one that cannot be. */
export async function requireQueue(operator: Operator, queue: string): Promise<void> {
  checkName('queue', queue);
  const known = await operator.queueNames();
  if (known.includes(queue)) return;
  const found = await operator.discoverQueues();
  if (!found.includes(queue)) throw new NotFoundError(unknownQueue(queue, found, operator));
}

function unknownQueue(queue: string, known: readonly string[], { address, namespace }: Operator): string {
  const place = `in the namespace ${namespace} on ${address}`;
  if (known.length === 0) return `expected a queue, got ${queue}, but there is none ${place}`;
  const near = closestMatch(queue, [...known], { maxDistance: 3 });
  const advice = near === undefined ? `there are ${listed(known)}` : `did you mean ${near}?`;
  return `expected a queue ${place}, got ${queue} (${advice})`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return more > 0 ? `${names.slice(0, MOST_LISTED).join(', ')} and ${more} more` : names.join(', ');
}

const MOST_LISTED = 20;
