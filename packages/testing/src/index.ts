// The door for tests of applications, and for authors of engines.
export { memoryEngine, MemoryEngine, type MemoryEngineOptions, type SentJob } from './memory/memory-engine.js';
export type { Duration } from './memory/passing-options.js';
export { NotDrainedError, NotSentError, NotWaitingError, RealClockError } from './errors.js';
export { engineConforms, type ConformanceOptions } from './conformance/engine-conforms.js';
export { memoryFeatures, redisFeatures, type EngineFeatures } from './conformance/features.js';
export type { OpenedEngine } from './conformance/queue-trial.js';
export type { OpenEngine, TestFrame } from './conformance/suite.js';
export {
  perform,
  providing,
  type HandlerOf,
  type Outcome,
  type Performed,
  type PerformOptions,
  type EndedChild,
} from './perform.js';
export { delivery, type TestDelivery, type TestDeliveryOptions } from './test-delivery.js';
export { expectSent, fakeProducer, type FakeProducer, type Sends } from './fake-producer.js';
export { acktorChai } from './chai-plugin.js';
