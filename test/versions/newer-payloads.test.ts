import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { RunnerTrial } from '../delivery/runner-trial.js';
import { note } from '../jobs/notes.js';

/** For how long one runner leaves newer payloads, one after another, that were delivered so often. */
async function leftForMs(...deliveries: readonly number[]): Promise<readonly number[]> {
  const trial = new RunnerTrial([recording(note, () => ({ length: 0 })).handler]);
  for (const [at, times] of deliveries.entries()) {
    trial.handle({ version: 2, deliveries: times });
    await trial.heard.upTo(at + 1);
  }
  return trial.heard.all.map((event) => {
    if (event.type !== 'handler.rejected' || event.settlement.kind !== 'requeue')
      throw new Error('expected it to be left');
    return event.settlement.afterMs ?? 0;
  });
}

describe('a runner that meets a newer payload', () => {
  it('leaves it for longer each time, up to a second, so that a newer worker is met soon', async () => {
    expect((await leftForMs(1))[0]).to.be.within(125, 250);
    expect((await leftForMs(2))[0]).to.be.within(250, 500);
    expect((await leftForMs(50))[0]).to.be.within(500, 1_000);
  });

  it('lets no more than a hundred come back in a second, however many there are', async () => {
    const waits = await leftForMs(...Array.from({ length: 500 }, () => 3));
    expect(waits.at(-1)).to.be.within(5_000, 6_000);
    const gaps = waits.slice(1).map((wait, i) => wait - (waits[i] ?? 0));
    expect(Math.min(...gaps)).to.equal(10);
  });

  it('does not run its handler', async () => {
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    const trial = new RunnerTrial([handler]);
    trial.handle({ version: 2 });
    await trial.rejection();
    expect(deliveries.all).to.deep.equal([]);
  });

  it('says so once for each job and version', async () => {
    const trial = new RunnerTrial([recording(note, () => ({ length: 0 })).handler]);
    for (const version of [2, 2, 3, 2]) {
      trial.handle({ version });
      await trial.rejection();
    }
    const said = trial.log.lines.all.filter(({ level }) => level === 'warn');
    expect(said.map(({ facts }) => facts)).to.deep.equal([
      { job: 'note', queue: 'notes', version: 2, knows: 1 },
      { job: 'note', queue: 'notes', version: 3, knows: 1 },
    ]);
  });
});
