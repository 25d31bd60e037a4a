import { redisEngine } from '@acktor/core';
import { engineConforms, memoryEngine, memoryFeatures, redisFeatures } from '@acktor/testing';
import { redisUrl } from '../real-redis/real-redis.js';

engineConforms('BullMQ and Redis', () => ({ engine: redisEngine({ redis: redisUrl() }) }), redisFeatures);

engineConforms(
  'in memory, with a clock of its own',
  () => {
    const engine = memoryEngine();
    return { engine, pass: (ms) => engine.advance(ms) };
  },
  memoryFeatures,
);

engineConforms(
  "in memory, on the machine's clock",
  () => ({ engine: memoryEngine({ clock: 'machine' }) }),
  memoryFeatures,
);
