// What the parts of the conformance suite are given: a test framework's words, and a fresh queue for each test.
import type { EngineFeatures } from './features.js';
import { QueueTrial, type OpenedEngine } from './queue-trial.js';

/** The words of a test framework: mocha, vitest, jest and `node:test` all have them. */
export interface TestFrame {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void> | void) => unknown;
  readonly beforeEach: (run: () => Promise<void>) => unknown;
  readonly afterEach: (run: () => Promise<void>) => unknown;
}

/** Opens an engine for one test. Several tests may share one: each uses a namespace of its own. */
export type OpenEngine = () => Promise<OpenedEngine> | OpenedEngine;

/** What each part of the suite is given. */
export interface Suite extends TestFrame {
  /** The queue of the test that runs. */
  readonly trial: () => QueueTrial;
  readonly features: EngineFeatures;
}

/** The suite of an engine, to be called in a `describe`: opens a queue before each test and closes it after, whatever became of it. */
export function suiteOf(open: OpenEngine, features: EngineFeatures, frame: TestFrame): Suite {
  const { describe, it, beforeEach, afterEach } = frame;
  let trial: QueueTrial | undefined;
  beforeEach(async () => {
    trial = await QueueTrial.open(await open());
  });
  afterEach(async () => {
    await trial?.close();
    trial = undefined;
  });
  const current = () => {
    if (trial === undefined) throw new Error('a queue is there only within a test');
    return trial;
  };
  return { describe, it, beforeEach, afterEach, features, trial: current };
}
