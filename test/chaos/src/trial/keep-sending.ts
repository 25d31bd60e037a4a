// A steady stream of small jobs, through whatever happens.
import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from '../fleet/trial-job.js';
import type { Sender } from './sender.js';

export interface Stream {
  /** How many jobs are on their way at the same time. */
  readonly lines: number;
  /** How long each line rests after a job. */
  readonly betweenMs: number;
  /** Default: a job that returns at once. */
  readonly plan?: () => Plan;
}

/** Sends until it is stopped; `stop` resolves when every send that was under way has been confirmed or refused. */
export function keepSending(
  sender: Sender,
  { lines, betweenMs, plan = () => RETURN }: Stream,
): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const line = async () => {
    while (!stopped.signal.aborted) {
      // The ledger has it when a send is refused: the job may be there or not.
      await sender.send(plan()).catch(() => undefined);
      await pause(betweenMs);
    }
  };
  const sending = Promise.all(Array.from({ length: lines }, line));
  return {
    stop: async () => {
      stopped.abort();
      await sending;
    },
  };
}

const RETURN = { kind: 'return' } as const;
