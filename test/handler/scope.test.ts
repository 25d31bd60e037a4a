import { handles, type Handler } from '@acktor/worker';
import { expect } from 'chai';
import { injectable, singleton, type Disposable } from 'tsyringe';
import { RunnerTrial } from '../delivery/runner-trial.js';
import { note } from '../jobs/notes.js';

describe('what is built for a delivery', () => {
  it('is a new handler each time, with dependencies by their types', async () => {
    const built: unknown[] = [];
    @injectable()
    class Ruler {
      measure(text: string): number {
        return text.length;
      }
    }
    @handles(note)
    class Measure implements Handler<typeof note> {
      constructor(private readonly ruler: Ruler) {
        built.push(this);
      }
      handle({ data }: Parameters<Handler<typeof note>['handle']>[0]) {
        return { length: this.ruler.measure(data.text) };
      }
    }
    const trial = new RunnerTrial([Measure]);
    trial.handle();
    expect(await trial.end()).to.include({ result: '{"length":5}' });
    trial.handle();
    await trial.heard.upTo(2);
    expect(new Set(built).size).to.equal(2);
  });

  it("shares what the user's container holds as a singleton", async () => {
    const seen: unknown[] = [];
    @singleton()
    class Gateway {}
    @handles(note)
    class Sees implements Handler<typeof note> {
      constructor(private readonly gateway: Gateway) {}
      handle() {
        seen.push(this.gateway);
        return { length: 0 };
      }
    }
    const trial = new RunnerTrial([Sees]);
    trial.handle();
    await trial.end();
    trial.handle();
    await trial.heard.upTo(2);
    expect(new Set(seen).size).to.equal(1);
  });

  for (const ending of ['returns', 'throws'] as const) {
    it(`is disposed of when the handler ${ending}, before its end is told`, async () => {
      const disposed: string[] = [];
      @injectable()
      class Connection implements Disposable {
        dispose() {
          disposed.push('connection');
        }
      }
      @handles(note)
      class Uses implements Handler<typeof note> {
        constructor(readonly connection: Connection) {}
        handle() {
          expect(disposed).to.deep.equal([]);
          if (ending === 'throws') throw new Error('broken');
          return { length: 0 };
        }
      }
      const trial = new RunnerTrial([Uses]);
      trial.handle();
      await trial.end();
      expect(disposed).to.deep.equal(['connection']);
    });
  }

  it('does not undo the work of its handler when it cannot be disposed of, and is complained of', async () => {
    @handles(note)
    class Stubborn implements Handler<typeof note>, Disposable {
      handle() {
        return { length: 0 };
      }
      dispose() {
        throw new Error('stuck');
      }
    }
    const trial = new RunnerTrial([Stubborn]);
    trial.handle();
    expect(await trial.end()).to.include({ type: 'handler.returned' });
    expect((await trial.log.said('could not be disposed of')).level).to.equal('warn');
  });
});
