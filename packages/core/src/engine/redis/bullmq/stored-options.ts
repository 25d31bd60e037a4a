// Writes what a producer asked for a job as BullMQ keeps it, so that any BullMQ client can read it.
import type { OutgoingJob } from '../../sending.js';

/** The version of a job's payload, as the options stored with it say: 1 where they say none, or cannot be read. */
export function storedVersion(options: string | undefined): number {
  try {
    return (JSON.parse(options ?? '{}') as { readonly payloadVersion?: number }).payloadVersion ?? 1;
  } catch {
    return 1;
  }
}

/** The options of a job as JSON. What is undefined here is left out there. */
export function storedOptions({ attempts, backoff, delayMs, priority, version = 1, trace }: OutgoingJob): string {
  return JSON.stringify({
    attempts,
    backoff: backoff && { type: backoff.type, delay: backoff.delayMs, jitter: backoff.jitter ?? 0 },
    delay: delayMs > 0 ? delayMs : undefined,
    priority: priority > 0 ? priority : undefined,
    // BullMQ keeps what it does not know. Its own clients write none, so theirs are of version 1.
    payloadVersion: version > 1 ? version : undefined,
    // What BullMQ's own telemetry calls it.
    tm: trace,
  });
}
