import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import { rejection } from '../server/rejection.js';
import { confirm, NotConfirmedError, say } from '../cli-inside/inside.js';

describe('a destructive command', () => {
  const asked = (answer: string, isInteractive = true) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    input.write(`${answer}\n`);
    return { input, output, isInteractive };
  };

  for (const answer of ['y', 'yes', ' YES ']) {
    it(`goes on when a person answers "${answer}"`, async () => {
      const asking = asked(answer);
      await confirm(say`Purge 3 dead letters?`, false, asking);
      expect(String(asking.output.read())).to.include('Purge 3 dead letters? [y/N]');
    });
  }

  for (const answer of ['', 'n', 'yesterday']) {
    it(`does nothing when a person answers "${answer}"`, async () => {
      await rejection(confirm(say`Purge?`, undefined, asked(answer)), NotConfirmedError);
    });
  }

  it('asks nobody when --yes was given', async () => {
    const asking = asked('n');
    await confirm(say`Purge?`, true, asking);
    expect(asking.output.read()).to.equal(null);
  });

  it('does nothing when nobody can be asked', async () => {
    const error = await rejection(confirm(say`Purge?`, undefined, asked('y', false)), NotConfirmedError);
    expect(error.message).to.include('--yes');
  });
});
