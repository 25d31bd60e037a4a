// Entry of a worker process of a trial.
import { inspect } from 'node:util';
import { Worker, handles, type Delivery } from '@acktor/worker';
import { nowMs } from '../trial/time.js';
import { Ledger } from '../checker/ledger.js';
import { failOnce, makeActionsFail } from './failing-actions.js';
import type { FleetOrder, FleetReport, LogReport, MemoryReport, WorkerOrder } from './fleet-protocol.js';
import { handleTrial } from './handler.js';
import { echoJob, trialJob } from './trial-job.js';

const order = JSON.parse(process.argv[2] ?? '') as WorkerOrder;
const ledger = new Ledger(order.folder, order.name);
const waiting: (() => void)[] = [];
const kept: unknown[] = [];
const report = (message: FleetReport) => process.send?.(message);
const parts = { ledger, report, released: () => new Promise<void>((resolve) => void waiting.push(resolve)) };

@handles(trialJob)
class TrialHandler {
  handle(delivery: Delivery<typeof trialJob>) {
    if (order.leakBytes > 0) kept.push(Array.from({ length: order.leakBytes / 8 }, () => 0));
    return handleTrial(delivery, parts);
  }
}

@handles(echoJob)
class EchoHandler {
  handle({ data }: Delivery<typeof echoJob>) {
    return data;
  }
}

process.on('message', (order: FleetOrder) => {
  if (order.startsWith('fail ')) {
    failOnce(order.slice('fail '.length));
    report({ type: 'armed' });
  }
  if (order === 'memory') report(memoryLeft());
  if (order === 'release') for (const release of waiting.splice(0)) release();
});
// No parent is left to end this process.
process.on('disconnect', () => process.exit(1));

if (order.canFail) makeActionsFail();

try {
  const log = (level: LogReport['level']) => (fields: object, message: string) => {
    report({ type: 'log', level, message, fields: inspect(fields, { breakLength: Infinity }), atMs: nowMs() });
  };
  const silent = () => undefined;
  const worker = await Worker.start({
    handleSignals: true,
    ...order.options,
    redis: order.redis,
    handlers: [TrialHandler, EchoHandler],
    logger: { debug: silent, info: silent, warn: log('warn'), error: log('error') },
  });
  process.on('message', (order: FleetOrder) => {
    if (order === 'close') void worker.close().then(() => process.exit(0));
  });
  report({ type: 'ready', workerId: worker.id });
} catch (error) {
  report({ type: 'failed', message: String(error) });
  process.exitCode = 1;
}

function memoryLeft(): MemoryReport {
  // Twice: what the first finds to be finalized, the second frees.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { type: 'memory', heapBytes: heapUsed + external, residentBytes: rss, atMs: nowMs() };
}
