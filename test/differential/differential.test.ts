// Our scripts must leave and answer what BullMQ's own do, with their fast paths and without: over random states of a queue and
// random calls. A failure names its seed; CONTRIBUTING says how to run more states, and one again.
import { tryChannel } from './channel-attempt.js';
import { expectSameStates, TIMEOUT_MS } from './same-states.js';
import { trySend } from './send-attempt.js';

describe('the channel script, beside BullMQ', function () {
  this.timeout(TIMEOUT_MS);

  it('leaves and answers the same in every random state, by its fast path too', () => expectSameStates(tryChannel));
});

describe('the send script, beside BullMQ', function () {
  this.timeout(TIMEOUT_MS);

  it('leaves and answers the same in every random state, by its fast path too', () => expectSameStates(trySend));
});
