import { expect } from 'chai';
import type * as ProgramModule from '../../packages/core/dist/server/program.js';
import { turn } from '../signals/signal.js';
import { rejection } from './rejection.js';

const inside = new URL('../../../packages/core/dist/server/program.js', import.meta.url).href;
const { runProgram } = (await import(inside)) as typeof ProgramModule;
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('a program that is run for its output', () => {
  it('leaves no timer when it was not found', async () => {
    // mocha's own timer for this test is there from the next turn on.
    await turn();
    const before = timers();
    const error = await rejection(runProgram('no-such-program', { args: [], env: {} }), Error);
    expect(error).to.include({ code: 'ENOENT' });
    expect(timers()).to.equal(before);
  });

  it('is killed when it takes too long', async () => {
    const endless = { args: ['-e', 'setInterval(() => 0, 1000)'], env: {}, timeoutMs: 50 };
    const error = await rejection(runProgram(process.execPath, endless), Error);
    expect(error.message).to.contain('ended with SIGKILL');
  });
});
