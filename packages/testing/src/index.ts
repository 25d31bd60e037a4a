// The door for tests of applications, and for those who write an engine.
export {
  memoryEngine,
  MemoryEngine,
  type Duration,
  type MemoryEngineOptions,
  type SentJob,
} from './memory/memory-engine.js';
export { NotDrainedError, RealClockError } from './errors.js';
export { engineConforms, type ConformanceOptions } from './conformance/engine-conforms.js';
export { memoryFeatures, redisFeatures, type EngineFeatures } from './conformance/features.js';
export type { OpenedEngine } from './conformance/queue-trial.js';
export type { OpenEngine, TestFrame } from './conformance/suite.js';
