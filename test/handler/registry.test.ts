import { DuplicateHandlerError, handles, NotAHandlerError, type Handler } from '@acktor/worker';
import { expect } from 'chai';
import { refusal } from '../contract/refusal.js';
import { call, note, ping } from '../jobs/notes.js';
import { handlersByQueue } from '../worker-inside/inside.js';
import { handlerOf } from './handler-of.js';

describe('the handlers of a worker', () => {
  it('are sorted by queue and by job', () => {
    const queues = handlersByQueue([
      handlerOf(note, () => ({ length: 0 })),
      handlerOf(ping, () => undefined),
      handlerOf(call, () => undefined),
    ]);
    const names = [...queues].map(([queue, handlers]) => [queue, [...handlers.keys()]]);
    expect(names).to.deep.equal([
      ['notes', ['note', 'ping']],
      ['calls', ['call']],
    ]);
  });

  it('are one for each job', async () => {
    @handles(note)
    class First implements Handler<typeof note> {
      handle() {
        return { length: 1 };
      }
    }
    @handles(note)
    class Second implements Handler<typeof note> {
      handle() {
        return { length: 2 };
      }
    }
    const error = await refusal(DuplicateHandlerError, () => handlersByQueue([First, Second]));
    expect(error).to.deep.include({ job: 'note', handlers: ['First', 'Second'] });
    expect(error.message).to.equal('expected one handler for job note, got First and Second: leave one of them out');
  });

  class Undecorated {}
  const strangers: readonly (readonly [what: string, stranger: unknown, named: string])[] = [
    ['a class without @handles', Undecorated, 'Undecorated'],
    ['a function', () => undefined, 'a function without a name'],
    ['an instance', new Undecorated(), 'object'],
    ['nothing', undefined, 'undefined'],
  ];
  for (const [what, stranger, named] of strangers) {
    it(`are not ${what}`, async () => {
      const error = await refusal(NotAHandlerError, () => handlersByQueue([stranger]));
      expect(error.message).to.equal(`expected a class decorated with @handles(job), got ${named}`);
    });
  }
});
