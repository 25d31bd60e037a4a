// A worker of accounts in a process of its own, which a test kills.
import { handle, Worker } from '@acktor/worker';
import { setTimeout as pause } from 'node:timers/promises';
import { account, check } from './account.js';

interface Wish {
  readonly redis: string;
  readonly namespace: string;
}

const { redis, namespace } = JSON.parse(process.argv[2] ?? '{}') as Wish;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const worker = await Worker.start({
  redis,
  namespace,
  handlers: [handle(check, ({ data }) => pause(40, { n: data.n }))],
  actors: [account],
  consumers: 4,
  logger: quiet,
});
worker.on('delivery.ended', () => process.send?.('turn'));
process.send?.('started');
