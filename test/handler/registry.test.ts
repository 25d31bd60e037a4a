import { DuplicateHandlerError, handles, HandlesTwiceError, NotAHandlerError, type Handler } from '@acktor/worker';
import { expect } from 'chai';
import { refusal } from '../contract/refusal.js';
import { call, note, ping } from '../jobs/notes.js';
import { handlersByQueue, insideAgain } from '../worker-inside/inside.js';
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

  it('have one @handles each, and a class that extends one may have its own', async () => {
    class Two {
      handle() {
        return { length: 1 };
      }
    }
    class Below extends Two {}
    handles(note)(Two);
    const error = await refusal(HandlesTwiceError, () => handles(ping)(Two as never));
    expect(error).to.deep.include({ handler: 'Two', jobs: ['note', 'ping'] });
    expect(error.message).to.equal(
      'expected one @handles on Two, got a second one, for job ping (it handles note already): write a class for each job',
    );
    handles(note)(Below);
    expect([...handlersByQueue([Below]).keys()]).to.deep.equal(['notes']);
  });

  class Undecorated {}
  const strangers: readonly (readonly [what: string, stranger: unknown, named: string])[] = [
    ['a class without @handles', Undecorated, 'Undecorated, which has none: write @handles(job) above it'],
    ['a function', () => undefined, 'a function without a name, a function without a job: write handle(job, function)'],
    ['an instance', new Undecorated(), 'an instance of Undecorated: pass the class itself'],
    ['an object', {}, 'an object: pass handlers'],
    ['a text', 'dist/*.js', "the text 'dist/*.js': pass handlers (acktor work takes files)"],
    ['nothing', undefined, 'undefined: pass handlers'],
  ];
  for (const [what, stranger, named] of strangers) {
    it(`are not ${what}`, async () => {
      const error = await refusal(NotAHandlerError, () => handlersByQueue([stranger]));
      expect(error.message).to.equal(
        `expected a class decorated with @handles(job), or what handle(job, function) made, got ${named}`,
      );
    });
  }

  class WithoutHandle {}
  class WithField {
    readonly handle = () => undefined;
  }
  class WithAccessor {
    get handle() {
      return () => undefined;
    }
  }
  class WithNumber {}
  Object.assign(WithNumber.prototype, { handle: 7 });
  class WithGenerator {
    *handle() {}
  }
  class WithAsyncGenerator {
    async *handle() {}
  }
  class Inherits extends WithGenerator {}
  const noMethod = (name: string) =>
    `expected ${name} to have a method handle(delivery), it has none: write handle(delivery) { … } (a field \`handle = …\` is none)`;
  const noMethodIs = (name: string) => `expected handle of ${name} to be a method, async or not, got`;
  const generator = (name: string) =>
    `${noMethodIs(name)} a generator, whose body would never run: make it an async method`;
  const unable: readonly (readonly [unable: new () => object, why: string])[] = [
    [WithoutHandle, noMethod('WithoutHandle')],
    [WithField, noMethod('WithField')],
    [WithAccessor, `${noMethodIs('WithAccessor')} an accessor: make it a method`],
    [WithNumber, `${noMethodIs('WithNumber')} a value of type number: make it a method`],
    [WithGenerator, generator('WithGenerator')],
    [WithAsyncGenerator, generator('WithAsyncGenerator')],
    [Inherits, generator('Inherits')],
  ];
  for (const [each, why] of unable) {
    it(`have a method that can run: not ${each.name}`, async () => {
      handles(note)(each as never);
      const error = await refusal(NotAHandlerError, () => handlersByQueue([each]));
      expect(error).to.include({ found: each.name, message: why });
    });
  }

  it('may inherit their method', () => {
    class Base {
      handle() {
        return { length: 1 };
      }
    }
    class Extends extends Base {}
    handles(note)(Extends);
    expect([...handlersByQueue([Extends]).keys()]).to.deep.equal(['notes']);
  });

  it('may be declared by another installed copy of the package, and no subclass of one is by itself', async () => {
    const other = await insideAgain<{ handles: typeof handles }>('handler/handler.js');
    class Declared implements Handler<typeof note> {
      handle() {
        return { length: 1 };
      }
    }
    other.handles(note)(Declared);
    expect([...handlersByQueue([Declared]).keys()]).to.deep.equal(['notes']);
    class Below extends Declared {}
    await refusal(NotAHandlerError, () => handlersByQueue([Below]));
  });
});
