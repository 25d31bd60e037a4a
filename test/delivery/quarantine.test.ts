// The gate before the handlers of a process, for a suspect at its last chance.
import type { LeasedJob, Trials } from '@acktor/core/engine';
import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import { turn } from '../signals/signal.js';
import { Quarantine } from '../worker-inside/inside.js';
import { leasedJob } from './leased-job.js';

describe('a suspect that is to be tried alone', () => {
  it('is let in as soon as the last that was held before it waits, too', async () => {
    const quarantine = new Quarantine(new SimulatedClock());
    const trials: Trials[] = [];
    quarantine.onTrials = (changed) => Promise.resolve(void trials.push(changed));
    const suspect = leasedJob({ id: 'suspect', suspicions: 2 });
    const other = leasedJob({ id: 'other' });
    quarantine.add((): readonly LeasedJob[] => [suspect, other]);
    const admission = { signal: new AbortController().signal, poisonLimit: 3 };
    void quarantine.admit(suspect, admission);
    await turn();
    expect(trials, 'the other is held and may begin').to.deep.equal([]);
    void quarantine.admit(other, admission);
    await turn();
    expect(trials).to.deep.equal([{ suspects: [{ queue: 'notes', jobId: 'suspect' }], isAlone: true }]);
  });
});
