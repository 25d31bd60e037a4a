import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import { showProgress } from '../cli-inside/inside.js';

describe('long work of a command', () => {
  const drawnOn = (isTTY: boolean) => {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 });
    const progress = showProgress(200, 'letter', stream as unknown as NodeJS.WriteStream);
    progress.update(50);
    progress.stop();
    return String(stream.read() ?? '');
  };

  it('shows on a terminal how far it is', () => {
    expect(drawnOn(true)).to.include('25% | 50/200 letters');
  });

  it('draws nothing where nobody looks', () => {
    expect(drawnOn(false)).to.equal('');
  });
});
