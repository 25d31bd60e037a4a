// An engine with a function in it: Redis behind a wrapper, which threads and processes make anew from this module.
import { redisEngine, type Engine } from '@acktor/core';

export interface CrossingOptions {
  readonly redis: string;
  /** Its name, by which a test knows it. */
  readonly mark: string;
}

/** Redis, under another name. */
export function crossingEngine({ redis, mark }: CrossingOptions): Engine {
  const inner = redisEngine({ redis });
  const module = { url: import.meta.url, exportName: 'crossingEngine', options: { redis, mark } };
  return {
    name: mark,
    module,
    openBroker: async (opening) => {
      const opened = await inner.openBroker(opening);
      return { broker: opened.broker, address: opened.address, module, close: () => opened.close() };
    },
    openLiveness: (opening) => inner.openLiveness(opening),
    openFleet: (opening) => inner.openFleet(opening),
  };
}

/** No engine, for those who look for one. */
export const notAnEngine = (): object => ({ name: 'half an engine' });
