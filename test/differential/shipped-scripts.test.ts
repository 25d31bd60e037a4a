// A new BullMQ may ship other scripts. What Acktor wraps of them it holds to be known: this says when it no longer is.
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { scriptText, type BullmqScriptName } from './core-inside.js';

/** Of BullMQ 6.7.0. */
const DIGESTS: Readonly<Record<BullmqScriptName, string>> = {
  addStandardJob: '2eee45c9ffc54d24',
  addDelayedJob: 'e47c0db3c46bd84a',
  addPrioritizedJob: 'd4652d1be004a3d7',
  moveToActive: '7d35069db0b831af',
  moveToFinished: '8e744ec5d65dbe9e',
  moveToDelayed: '1a7b9311ef92fd66',
  retryJob: '01f75f7604305080',
  moveJobFromActiveToWait: 'ac9546cdd23294a2',
  moveToWaitingChildren: '677d46787c3d50be',
  moveStalledJobsToWait: 'dad86d89b50d825f',
  updateProgress: '62d0cce017bd552a',
  addLog: '2e2322a36a7705b9',
  reprocessJob: '4ea1093385a87676',
  removeJob: 'f2acb16fda20ccac',
  cleanJobsInSet: 'dbdd85409e49a4e3',
  pause: 'da797a84855a762e',
  promote: '06c562bf39eaaa21',
  addJobScheduler: '2c3c3856f30da873',
  updateJobScheduler: '8c71d358aa62ffb7',
  removeJobScheduler: '98c40c2f329d9bad',
};

describe("BullMQ's scripts that Acktor wraps", () => {
  for (const [name, digest] of Object.entries(DIGESTS) as [BullmqScriptName, string][]) {
    it(`${name} is the text that was compared`, () => {
      expect(digestOf(scriptText(name)), adviceFor(name)).to.equal(digest);
    });
  }
});

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function adviceFor(name: BullmqScriptName): string {
  return [
    `BullMQ ships another ${name} than the one that Acktor was compared with.`,
    'Read what changed. If fast-plan.lua, fast-path.lua or fast-send.lua write down something of it, change them as well. Then run',
    '  ACKTOR_DIFFERENTIAL_STATES=100000 npm test -- test/differential',
    'and the whole suite, and when both pass write the new digest here.',
  ].join('\n');
}
