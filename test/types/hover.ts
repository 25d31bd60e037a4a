// Compiled, never run: calls with options, as a user writes them, for test/options/hover.test.ts to point at.
import { Supervisor } from '@acktor/cli';
import { Operator, Producer, type AnyJob } from '@acktor/core';
import { Dashboard } from '@acktor/dashboard';
import { Worker, type AnyHandlerClass } from '@acktor/worker';

export async function start(handlers: readonly AnyHandlerClass[], job: AnyJob): Promise<void> {
  await Worker.start({ handlers, leaseMs: 30_000, consumers: 8, redis: 'redis://db:6379' });
  const producer = await Producer.connect({ redis: 'redis://db:6379', sendTimeoutMs: 1_000 });
  await producer.send(job, {}, { delayMs: 500, backoff: { type: 'fixed', delayMs: 1, jitter: 0 } });
  await Operator.connect({ namespace: 'acme' });
  await Supervisor.start({ files: ['handlers.js'], restartLimit: 2, leaseMs: 30_000 });
  await Dashboard.start({ payloadsFor: 'operator' });
}
