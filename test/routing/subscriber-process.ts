// A subscriber in a process of its own, to be killed: sends a message to its parent when it is bound.
import { subscribe } from '@acktor/worker';
import { logs } from './jobs.js';

const worker = JSON.parse(process.argv[2] ?? '{}') as { readonly redis: string; readonly namespace: string };
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
await subscribe(logs, () => undefined, { leaseMs: 1_000, worker: { ...worker, logger, durability: 'off' } });
process.send?.('bound');
