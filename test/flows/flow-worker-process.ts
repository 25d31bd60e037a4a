// A worker of random flows in a process of its own, which a test kills.
import { Worker } from '@acktor/worker';
import { countingHandlers, randomFlow } from './random-flow.js';

interface Wish {
  readonly redis: string;
  readonly namespace: string;
  readonly seeds: readonly number[];
}

const { redis, namespace, seeds } = JSON.parse(process.argv[2] ?? '{}') as Wish;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
await Worker.start({
  redis,
  namespace,
  handlers: countingHandlers((step) => process.send?.(step)),
  flows: seeds.map((seed) => randomFlow(seed, 200).contract),
  consumers: 4,
  logger: quiet,
});
process.send?.('started');
