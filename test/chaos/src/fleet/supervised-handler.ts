// The handler file of a supervised fleet, as `acktor work` loads it into each of its workers.
import { handles, type Delivery } from '@acktor/worker';
import { Ledger } from '../checker/ledger.js';
import { handleTrial } from './handler.js';
import { trialJob } from './trial-job.js';

// What ends here is processes, never the machine: a synced entry for each start would be the better part of the load.
const ledger = new Ledger(process.env['ACKTOR_CHAOS_FOLDER'] ?? '.', `supervised-${process.pid}`, 'process');

@handles(trialJob)
export class SupervisedHandler {
  handle(delivery: Delivery<typeof trialJob>) {
    return handleTrial(delivery, { ledger, report: () => undefined, released: () => Promise.resolve() });
  }
}
