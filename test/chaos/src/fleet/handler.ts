// The handler of a trial's worker: writes down what happens, and does as the payload says.
import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery } from '@acktor/worker';
import type { Ledger } from '../checker/ledger.js';
import type { DeliveryReport } from './fleet-protocol.js';
import type { Plan, trialJob } from './trial-job.js';

export interface HandlerDeps {
  readonly ledger: Ledger;
  readonly report: (report: DeliveryReport) => void;
  /** Resolves when handlers that hold may return. */
  readonly released: () => Promise<void>;
}

/** One delivery from its start to its effect; the result names the fence, which shows a zombie's ack. */
export async function handleTrial(
  { id: job, data: { order, plan }, fence, signal }: Delivery<typeof trialJob>,
  { ledger, report, released }: HandlerDeps,
): Promise<{ readonly fence: number }> {
  const atMs = ledger.write({ what: 'started', job, order, fence });
  report({ type: 'started', job, order, fence, atMs });
  signal.addEventListener('abort', () => {
    const abortedAtMs = ledger.write({ what: 'aborted', job, fence, reason: codeOf(signal.reason) });
    report({ type: 'aborted', job, order, fence, atMs: abortedAtMs });
  });
  await carryOut(plan, fence, released);
  ledger.write({ what: 'effect', job, fence });
  return { fence };
}

async function carryOut(plan: Plan, fence: number, released: () => Promise<void>): Promise<void> {
  if ('deliveries' in plan && fence > plan.deliveries) return;
  switch (plan.kind) {
    case 'return':
      return;
    case 'work':
      return pause(plan.forMs);
    case 'hold':
      return released();
    case 'block':
      return block(plan.forMs);
    case 'throw':
      throw new Error('the plan was to throw');
    case 'exit':
      return process.exit(9);
    case 'exhaustMemory':
      return exhaustMemory();
    case 'reject':
      return void Promise.reject(new Error('nothing waits for this'));
    case 'fault':
      return void process.kill(process.pid, 'SIGSEGV');
  }
}

function block(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}

function exhaustMemory(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from<number>({ length: 1_000_000 }).fill(kept.length + 0.5));
}

function codeOf(reason: unknown): string {
  return reason instanceof Error && 'code' in reason ? String(reason.code) : String(reason);
}
