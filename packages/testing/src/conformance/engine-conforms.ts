// What every engine must do, said over the port alone: a further engine is written when it passes this.
import { bulkConforms } from './bulk-conforms.js';
import { cancelConforms } from './cancel-conforms.js';
import { childrenConform } from './children-conform.js';
import { confirmsConform, sendingConforms } from './sending-conforms.js';
import { countersConform } from './counters-conform.js';
import { deadLettersConform } from './dead-letters-conform.js';
import { dedupConforms } from './dedup-conforms.js';
import { deliveriesConform } from './deliveries-conform.js';
import { eventsConform } from './events-conform.js';
import type { EngineFeatures } from './features.js';
import { exchangesConform } from './exchanges-conform.js';
import { expiryConforms } from './expiry-conforms.js';
import { flowsConform } from './flows-conform.js';
import { fleetConforms } from './fleet-conforms.js';
import { groupsConform } from './groups-conform.js';
import { leasesConform } from './leases-conform.js';
import { livenessConforms } from './liveness-conforms.js';
import { maxLengthConforms } from './max-length-conforms.js';
import { operatorConforms } from './operator-conforms.js';
import { poisonConforms } from './poison-conforms.js';
import { recordsConform } from './records-conform.js';
import { schedulesConform } from './schedules-conform.js';
import { settledSendsConform } from './settled-sends-conform.js';
import { stepsConform } from './steps-conform.js';
import { suiteOf, type OpenEngine, type Suite, type TestFrame } from './suite.js';
import { waitingConforms } from './waiting-conforms.js';

/**
 * Declares the conformance suite of an engine: some 180 tests, in the words of the test framework that is given, or else of the global ones.
 *
 * `open` is called before each test; engines may be shared, for each test uses a namespace of its own. An engine whose time does not pass by
 * itself says how it passes.
 * @example
 * engineConforms('memory', () => {
 *   const engine = memoryEngine();
 *   return { engine, pass: (ms) => engine.advance(ms) };
 * }, memoryFeatures);
 */
export function engineConforms(
  name: string,
  open: OpenEngine,
  { frame = globalFrame(), ...features }: ConformanceOptions,
): void {
  frame.describe(`the engine: ${name}`, () => {
    const suite = suiteOf(open, features, frame);
    sendingConforms(suite);
    deliveriesConform(suite);
    settledSendsConform(suite);
    childrenConform(suite);
    stepsConform(suite);
    leasesConform(suite);
    countersConform(suite);
    waitingConforms(suite);
    cancelConforms(suite);
    deadLettersConform(suite);
    livenessConforms(suite);
    confirmsConform(suite);
    for (const [feature, conforms] of OPTIONAL) if (features[feature]) conforms(suite);
  });
}

/** What only an engine does that claims it. */
const OPTIONAL: readonly (readonly [keyof EngineFeatures, (suite: Suite) => void])[] = [
  ['deduplication', dedupConforms],
  ['expiry', expiryConforms],
  ['maxLength', maxLengthConforms],
  ['exchanges', exchangesConform],
  ['poison', poisonConforms],
  ['operator', operatorConforms],
  ['operator', bulkConforms],
  ['fleet', fleetConforms],
  ['groups', groupsConform],
  ['events', eventsConform],
  ['schedules', schedulesConform],
  ['flows', flowsConform],
  ['records', recordsConform],
];

/** What the engine claims, and in whose words its tests are declared. */
export interface ConformanceOptions extends EngineFeatures {
  /** By default the global `describe`, `it`, `beforeEach` and `afterEach`. */
  readonly frame?: TestFrame;
}

function globalFrame(): TestFrame {
  const frame = globalThis as unknown as TestFrame;
  if (typeof (frame as Partial<TestFrame>).describe !== 'function')
    throw new TypeError(
      'expected global describe and it, found none: give engineConforms a frame with those of node:test or vitest',
    );
  return frame;
}
