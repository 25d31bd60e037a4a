// What a worker process, or a service, sends to the process that has started it.
import type { Delivery } from '@acktor/worker';

export type WorkerMessage =
  | { readonly type: 'ready' }
  /** A service that is no worker can be reached there. */
  | { readonly type: 'serving'; readonly url: string }
  /** The answer to {@link CATCH_UP}: everything that was sent before it has been received. */
  | { readonly type: 'caughtUp' }
  /** A job came again, so many times by now, because a worker before this one was killed with it. */
  | { readonly type: 'redelivered'; readonly jobId: string; readonly times: number };

/** The only message to a worker: it answers when it has sent what it had to send. */
export const CATCH_UP = 'catchUp';

/** Sends it, if the parent still runs. */
export function sendToParent(message: WorkerMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Calls back when the parent has gone, which may have been while this process started. */
export function whenParentLeaves(end: () => void): void {
  if (process.connected) process.once('disconnect', end);
  else end();
}

/** Answers every message of the parent: it sends only {@link CATCH_UP}. */
export function catchUpWhenAsked(): void {
  process.on('message', () => sendToParent({ type: 'caughtUp' }));
}

/** Sends the parent each delivery that is not the job's first; the report says how many there were. */
export function noteDelivery({ id, redelivered, fence, attempt }: DeliveryCount): void {
  // `fence` counts all deliveries, `attempt` those that came after a rejection.
  if (redelivered) sendToParent({ type: 'redelivered', jobId: id, times: fence - attempt });
}

type DeliveryCount = Pick<Delivery, 'id' | 'redelivered' | 'fence' | 'attempt'>;
