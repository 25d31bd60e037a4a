// Entry of a process that runs one stock BullMQ worker at its defaults, and says when its processor starts.
import { Worker } from 'bullmq';
import { nowMs } from '../trial/time.js';
import type { PeerReport } from './stock-bullmq.js';

const [, , host = '', port = '', queue = ''] = process.argv;
const report = (message: PeerReport) => process.send?.(message);

/** Jobs that are done when they come: they were with another before. */
const seen = new Set<string>();

const worker = new Worker(
  queue,
  async ({ name }) => {
    report({ type: 'started', job: name, atMs: nowMs() });
    // Until this process is killed.
    if (!seen.has(name)) await new Promise(() => undefined);
  },
  { connection: { host, port: Number(port) } },
);
worker.on('error', () => undefined);
process.on('message', (name: string) => seen.add(name));
process.on('disconnect', () => process.exit(1));
await worker.waitUntilReady();
report({ type: 'ready' });
