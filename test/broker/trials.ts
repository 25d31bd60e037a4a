// Opens a queue for each test and closes it after, whatever became of the test.
import type { OpenBroker, OpenedBroker } from './conformance.js';
import { QueueTrial } from './queue-trial.js';

/** To be called in a `describe`. Answers how a test gets its queue. */
export function trials(open: OpenBroker): () => QueueTrial {
  let opened: OpenedBroker | undefined;
  let trial: QueueTrial | undefined;
  beforeEach(async () => {
    opened = await open();
    trial = new QueueTrial(opened.broker);
  });
  afterEach(() => opened?.close());
  return () => {
    if (trial === undefined) throw new Error('a queue is there only within a test');
    return trial;
  };
}
