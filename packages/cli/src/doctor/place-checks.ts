// What a doctor checks on the places of jobs: whether each is in one, and whether anything lies where a queue keeps something else.
import type { QueueFault } from '@acktor/core';
import { counted } from '../output/output.js';
import { fail, ok, warn, type Check } from './examination.js';

/** Whether jobs or values lie in the places of a queue's own parts: a job with the id `completed`. */
export const namesCheck: Check = {
  name: 'names',
  judge: ({ queues }) => {
    const faults = queues.flatMap((queue) => queue.faults);
    if (faults.length === 0) return ok("each part of the queues is the queue's");
    return fail(faults.map(faultInWords).join('; '), REPAIR);
  },
};

/** Whether each job is in a list, and each lease on a job that is under way at a worker. */
export const placesCheck: Check = {
  name: 'places',
  judge: ({ inspection }) => {
    if (inspection === undefined) return ok('not looked at: acktor doctor --deep');
    const { isWhole, seen } = inspection;
    const faults = inspection.faults.filter(({ kind }) => kind !== 'misplacedJob' && kind !== 'wrongType');
    const bound = isWhole ? '' : ', and not all were looked at';
    if (faults.length === 0) return ok(`of ${counted(seen, 'key')} none is out of place${bound}`);
    const first = faults.slice(0, MOST_NAMED).map(faultInWords).join('; ');
    const more = faults.length > MOST_NAMED ? `; and ${faults.length - MOST_NAMED} more` : '';
    const judge = faults.some(({ kind }) => kind === 'unlistedJob') ? fail : warn;
    return judge(`${first}${more}${bound}`, REPAIR);
  },
};

const REPAIR = 'see acktor repair, which shows what it would do, and does it with --yes';
const MOST_NAMED = 5;

/** What is wrong. */
export function faultInWords(fault: QueueFault): string {
  switch (fault.kind) {
    case 'unlistedJob':
      return `job ${fault.jobId} (${fault.jobName}) of ${fault.queue} is in no list`;
    case 'strayLease':
      return `a lease is on job ${fault.jobId} of ${fault.queue}, which is not under way`;
    case 'absentHolder':
      return `${counted(fault.jobIds.length, 'job')} of ${fault.queue} ${fault.jobIds.length === 1 ? 'is' : 'are'} leased to worker ${fault.workerId}, which is not there`;
    case 'misplacedJob':
      return `a job (${fault.jobName}) of ${fault.queue} has the id ${fault.jobId}, the name of a part of the queue`;
    case 'wrongType':
      return `the key ${fault.key} holds a ${fault.found} where the queue keeps a ${fault.expected}`;
  }
}
