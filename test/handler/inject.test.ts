import {
  handle,
  handles,
  HandlerBuildError,
  middleware,
  NotAHandlerError,
  UnresolvableParameterError,
  type Container,
  type Handler,
} from '@acktor/worker';
import { expect } from 'chai';
import { container, injectable, singleton, type Disposable } from 'tsyringe';
import { refusal } from '../contract/refusal.js';
import { RunnerTrial } from '../delivery/runner-trial.js';
import { note } from '../jobs/notes.js';
import { checkHandlers } from './check-handlers.js';

// Plain classes, as plain JavaScript has them: no decorator writes their parameters down.
class Pool {
  readonly size = 3;
}
class Mailer {
  constructor(readonly name: string) {}
}

/** A class without decorator metadata that is given a pool and what is registered under a text. */
function charging(log: string[] = []) {
  class Charge implements Handler<typeof note>, Disposable {
    readonly #pool: Pool;
    readonly #mailer: Mailer;
    constructor(pool: Pool, mailer: Mailer) {
      this.#pool = pool;
      this.#mailer = mailer;
    }
    handle() {
      return { length: this.#pool.size + this.#mailer.name.length };
    }
    dispose() {
      log.push('disposed of');
    }
  }
  handles(note, { inject: [Pool, 'mailer'] })(Charge);
  return Charge;
}

describe('a class with `inject`', () => {
  it('is given what its tokens stand for, in their order', async () => {
    const own = container.createChildContainer().registerInstance('mailer', new Mailer('post'));
    const trial = new RunnerTrial([charging()], {}, own);
    trial.handle();
    expect(await trial.end()).to.include({ result: '{"length":7}' });
  });

  it('is disposed of with its delivery', async () => {
    const log: string[] = [];
    const own = container.createChildContainer().registerInstance('mailer', new Mailer('post'));
    const trial = new RunnerTrial([charging(log)], {}, own);
    for (let nth = 1; nth <= 2; nth += 1) {
      trial.handle();
      await trial.heard.upTo(nth);
    }
    expect(log).to.deep.equal(['disposed of', 'disposed of']);
  });

  it('is checked before anything is built, as by its types', async () => {
    const own = container.createChildContainer();
    const error = await refusal(UnresolvableParameterError, () => checkHandlers(own, [charging()]));
    expect(error).to.include({ handler: 'Charge', parameter: 1 });
    expect(error.message).to.equal(
      'cannot build Charge: inject[1] asks for the token mailer, which is not registered: register it in the container given to the worker',
    );
    own.registerInstance('mailer', new Mailer('post'));
    expect(checkHandlers(own, [charging()])).to.deep.equal(['Pool']);
    const further = await refusal(UnresolvableParameterError, () =>
      checkHandlers(own, [handle(note, { inject: [Mailer] }, () => ({ length: 0 }))]),
    );
    expect(further.path).to.deep.equal(['handle(note)', 'Mailer']);
    expect(further.message).to.contain('it needs Mailer, and parameter 0 of the constructor of Mailer is unknown');
  });

  it('names every parameter', async () => {
    class Two {
      constructor(
        readonly pool: Pool,
        readonly mailer: Mailer,
      ) {}
      handle() {
        return { length: 0 };
      }
    }
    const error = await refusal(NotAHandlerError, () => handles(note, { inject: [Pool] as never })(Two));
    expect(error.message).to.equal(
      'expected inject of Two to name its 2 parameters, got 1: name what each is to be given, in their order',
    );
  });

  it('says in one line what its container could not build', async () => {
    class Broken {
      constructor() {
        throw new Error('no pool today');
      }
    }
    @injectable()
    class Needs {
      constructor(readonly broken: Broken) {}
    }
    const trial = new RunnerTrial([handle(note, { inject: [Needs] }, () => ({ length: 0 }))]);
    trial.handle();
    expect(await trial.rejection())
      .to.have.nested.property('failure.reason')
      .that.matches(/^cannot build handle\(note\): Cannot inject .*no pool today$/);
  });
});

describe('what middleware provides, at the start', () => {
  class Transaction {
    constructor(readonly id: number) {}
  }
  const transacted = middleware({ provides: [Transaction] }, (_delivery, next) => next());
  const asking = handle(note, { inject: [Transaction] }, () => ({ length: 0 }));

  it('is known where it is declared, and nowhere else', async () => {
    const own = container.createChildContainer();
    expect(checkHandlers(own, [asking], [transacted])).to.deep.equal([]);
    const error = await refusal(UnresolvableParameterError, () => checkHandlers(own, [asking]));
    expect(error.message).to.contain(
      'declare the middleware that provides it: middleware({ provides: [Transaction] }, …)',
    );
  });

  it('is not kept by a singleton, which would give the first to every delivery', async () => {
    @injectable()
    class Orders {
      constructor(readonly transaction: Transaction) {}
    }
    @singleton()
    class Shop {
      constructor(readonly orders: Orders) {}
    }
    const own = container.createChildContainer();
    const uses = handle(note, { inject: [Orders, Shop] }, () => ({ length: 0 }));
    const error = await refusal(UnresolvableParameterError, () => checkHandlers(own, [uses], [transacted]));
    expect(error.path).to.deep.equal(['handle(note)', 'Shop', 'Orders']);
    expect(error.message).to.contain(
      'is Transaction, which a middleware provides for each delivery, and Shop is a singleton, which would keep the first',
    );
  });
});

describe('a container with nothing but resolve()', () => {
  const asked = new Set<unknown>();
  const services = new Map<unknown, unknown>([
    [Pool, new Pool()],
    ['mailer', new Mailer('post')],
  ]);
  const own: Container = { resolve: (token: unknown) => (asked.add(token), services.get(token)) };

  it('gives handlers what they name, and is not asked to build those that name it', async () => {
    const trial = new RunnerTrial([charging()], {}, own);
    for (let nth = 1; nth <= 2; nth += 1) {
      trial.handle();
      expect((await trial.heard.upTo(nth)).at(-1)).to.include({ result: '{"length":7}' });
    }
    expect([...asked]).to.deep.equal([Pool, 'mailer']);
    expect(checkHandlers(own, [charging()])).to.equal(undefined);
  });

  it('keeps what is provided for one delivery from the next', async () => {
    let nth = 0;
    const trial = new RunnerTrial(
      [handle(note, { inject: ['mailer'] }, (_delivery, mailer: Mailer) => ({ length: mailer.name.length }))],
      { use: [(delivery, next) => ((nth += 1) === 1 && delivery.provide('mailer', new Mailer('x')), next())] },
      own,
    );
    for (let delivery = 1; delivery <= 2; delivery += 1) {
      trial.handle();
      expect((await trial.heard.upTo(delivery)).at(-1)).to.include({ result: `{"length":${[1, 4][delivery - 1]}}` });
    }
  });

  it('is not given what is provided for one delivery, for it is shared by all', async () => {
    const shared: Container = { ...own, registerInstance: () => expect.fail('it would keep it') };
    const trial = new RunnerTrial(
      [handle(note, ({ inject }) => ({ length: inject<string>('tenant').length }))],
      { use: [(delivery, next) => (delivery.provide('tenant', 'acme'), next())] },
      shared,
    );
    trial.handle();
    expect(await trial.end()).to.include({ result: '{"length":4}' });
  });

  it('fails a delivery when it builds no handler', async () => {
    @handles(note)
    class Bare implements Handler<typeof note> {
      handle() {
        return { length: 0 };
      }
    }
    const trial = new RunnerTrial([Bare], {}, own);
    trial.handle();
    const settlement = await trial.rejection();
    expect(settlement)
      .to.have.nested.property('failure.reason')
      .that.contains(
        'cannot build Bare: expected resolve() of its container to return an instance with a method handle',
      );
    expect(new HandlerBuildError('Bare', new Error('x')).code).to.equal('ACKTOR_HANDLER_BUILD');
  });
});

describe('a container that makes children', () => {
  it('is given what middleware provides, in the child of the delivery', async () => {
    const seen: unknown[] = [];
    const child: Container = {
      resolve: (token: unknown) => token,
      registerInstance: (token: unknown, value: unknown) => void seen.push([token, value]),
      dispose: () => void seen.push('disposed of'),
    };
    const own: Container = {
      ...child,
      registerInstance: () => void seen.push('wrong'),
      createChildContainer: () => child,
    };
    const trial = new RunnerTrial(
      [handle(note, () => ({ length: 0 }))],
      { use: [(delivery, next) => (delivery.provide('tenant', 'acme'), next())] },
      own,
    );
    trial.handle();
    await trial.end();
    expect(seen).to.deep.equal([['tenant', 'acme'], 'disposed of']);
  });
});
