// What a worker process tells the process that has started it.
import type { Delivery } from '@acktor/worker';

export type WorkerMessage =
  | { readonly type: 'ready' }
  /** The answer to {@link CATCH_UP}: what was said before it has been heard. */
  | { readonly type: 'caughtUp' }
  /** A job came again, so many times by now, because a worker before this one was killed with it. */
  | { readonly type: 'redelivered'; readonly jobId: string; readonly times: number };

/** All that a worker's parent says to it: answer when you have said what there was to say. */
export const CATCH_UP = 'catchUp';

/** Says it, if anybody still listens. */
export function tellParent(message: WorkerMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Calls back when the parent has gone, which may have been while this process started. */
export function whenParentLeaves(end: () => void): void {
  if (process.connected) process.once('disconnect', end);
  else end();
}

/** Answers the parent, which asks for nothing else. */
export function catchUpWhenAsked(): void {
  process.on('message', () => tellParent({ type: 'caughtUp' }));
}

/** Tells the parent when a delivery is not the job's first; the report says how many there were. */
export function noteDelivery({ id, redelivered, fence, attempt }: DeliveryCount): void {
  // `fence` counts all deliveries, `attempt` those that came after a rejection.
  if (redelivered) tellParent({ type: 'redelivered', jobId: id, times: fence - attempt });
}

type DeliveryCount = Pick<Delivery, 'id' | 'redelivered' | 'fence' | 'attempt'>;
