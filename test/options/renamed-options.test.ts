import { OptionsError } from '@acktor/core';
import { defineOptions } from '@acktor/core/engine';
import { expect } from 'chai';

/** What Node is asked to warn of while `act` runs. */
async function warningsOf(act: () => unknown): Promise<readonly string[]> {
  const heard: string[] = [];
  const hear = ({ name, message }: Error) => heard.push(`${name}: ${message}`);
  const others = process.listeners('warning');
  process.removeAllListeners('warning').on('warning', hear);
  act();
  // Node says a warning on the next tick.
  await new Promise(setImmediate);
  process.removeAllListeners('warning');
  for (const other of others) process.on('warning', other);
  return heard;
}

/** A new one each time: of each option a process warns once. */
const table = () =>
  defineOptions({
    leaseMs: { type: 'ms', required: true, min: 1_000, doc: 'How long a lease lasts.' },
    lockMs: { type: 'renamed', renamedTo: 'leaseMs' },
    loud: { type: 'boolean', default: false, doc: 'Whether to shout.', deprecated: 'set the level of the log' },
    retry: {
      type: 'group',
      of: {
        times: { type: 'count', default: 1, doc: 'How often.' },
        limit: { type: 'renamed', renamedTo: 'times' },
      },
      doc: 'What to do on failure.',
    },
  });

const RENAMED =
  'DeprecationWarning: the option lockMs is called leaseMs now: a later version will refuse the former name';

describe('an option with a former name', () => {
  it('is taken under it, with a warning once in a process', async () => {
    const options = table();
    const values: unknown[] = [];
    const warnings = await warningsOf(() => {
      for (const leaseMs of [2_000, 3_000]) values.push(options.examine({ lockMs: leaseMs }));
    });
    expect(values).to.deep.equal(
      [2_000, 3_000].map((leaseMs) => ({ faults: [], values: { leaseMs, loud: false, retry: undefined } })),
    );
    expect(warnings).to.deep.equal([RENAMED]);
  });

  it('is checked as under its present name, without a warning for that one', async () => {
    const options = table();
    const warnings = await warningsOf(() => options.check({ leaseMs: 1_000 }));
    expect(warnings).to.deep.equal([]);
    expect(options.examine({ lockMs: 10 }).faults).to.deep.equal([
      { option: 'leaseMs', message: 'expected leaseMs to be at least 1000, got 10' },
    ]);
  });

  it('is refused under both names', async () => {
    const options = table();
    const warnings = await warningsOf(() => {
      expect(() => options.check({ leaseMs: 1_000, lockMs: 1_000 })).to.throw(
        OptionsError,
        'expected leaseMs alone, got lockMs as well, its former name: leave lockMs out',
      );
    });
    expect(warnings).to.deep.equal([]);
  });

  it('is said with its group', async () => {
    const options = table();
    const warnings = await warningsOf(() => {
      expect(options.check({ leaseMs: 1_000, retry: { limit: 7 } }).retry).to.deep.equal({ times: 7 });
    });
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('the option retry.limit is called retry.times now');
  });

  it('is no name to suggest', () => {
    const [fault] = table().examine({ leaseMs: 1_000, lockMS: 1 }).faults;
    expect(fault?.message).to.equal('unknown option lockMS (there are leaseMs, loud, retry)');
  });

  it('stands in the reference with the present one', () => {
    expect(table().rows()).to.deep.include({
      name: 'retry.limit',
      type: '',
      default: 'undefined',
      bounds: '',
      doc: 'The former name of `retry.times`.',
      renamedTo: 'retry.times',
    });
  });

  it('must be a name of an option in its own table', () => {
    const wrong = () => defineOptions({ lockMs: { type: 'renamed', renamedTo: 'leaseMs' } });
    expect(wrong).to.throw(RangeError, 'expected lockMs to be renamed to an option of its table, got leaseMs');
  });
});

describe('a deprecated option', () => {
  it('is taken, with a warning once in a process that says what to do', async () => {
    const options = table();
    const warnings = await warningsOf(() => {
      expect(options.check({ leaseMs: 1_000, loud: true }).loud).to.equal(true);
      options.check({ leaseMs: 1_000, loud: true });
    });
    expect(warnings).to.deep.equal(['DeprecationWarning: the option loud is deprecated: set the level of the log']);
  });

  it('is no warning where it is left out', async () => {
    expect(await warningsOf(() => table().check({ leaseMs: 1_000 }))).to.deep.equal([]);
  });
});
