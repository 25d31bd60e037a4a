import {
  DeliveryEndedError,
  handle,
  handles,
  middleware,
  type AnyHandler,
  type Delivery,
  type Handler,
  type Middleware,
} from '@acktor/worker';
import { expect } from 'chai';
import { container, inject, injectable } from 'tsyringe';
import { RunnerTrial } from '../delivery/runner-trial.js';
import { note } from '../jobs/notes.js';
import { emptyContainer } from '../worker-inside/inside.js';

class Transaction {
  constructor(readonly id: number) {}
}

/** Provides a transaction of its own for each delivery. */
function transacted(): Middleware {
  let begun = 0;
  return middleware({ provides: [Transaction] }, (delivery, next) => {
    begun += 1;
    delivery.provide(Transaction, new Transaction(begun));
    return next();
  });
}

/** The results of so many deliveries, one after another. */
async function results(trial: RunnerTrial, deliveries = 1): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (let nth = 1; nth <= deliveries; nth += 1) {
    trial.handle();
    const end = (await trial.heard.upTo(nth)).at(-1);
    all.push(end?.type === 'handler.returned' ? (JSON.parse(end.result) as unknown) : end);
  }
  return all;
}

describe('what middleware provides', () => {
  it('is given to the constructor of a handler, which is built after it, for each delivery anew', async () => {
    @handles(note)
    class Uses implements Handler<typeof note> {
      constructor(private readonly transaction: Transaction) {}
      handle() {
        return { length: this.transaction.id };
      }
    }
    const trial = new RunnerTrial([Uses], { use: [transacted()] });
    expect(await results(trial, 3)).to.deep.equal([{ length: 1 }, { length: 2 }, { length: 3 }]);
  });

  it('is given to what is built for the handler, and under a text', async () => {
    @injectable()
    class Orders {
      constructor(@inject('tenant') readonly tenant: string) {}
    }
    @handles(note, { use: [middleware({ provides: ['tenant'] }, (d, next) => (d.provide('tenant', 'acme'), next()))] })
    class Uses implements Handler<typeof note> {
      constructor(private readonly orders: Orders) {}
      handle() {
        return { length: this.orders.tenant.length };
      }
    }
    expect(await results(new RunnerTrial([Uses]))).to.deep.equal([{ length: 4 }]);
  });

  it('stands before what the container has under the same token, in its delivery alone', async () => {
    const own = container.createChildContainer().registerInstance(Transaction, new Transaction(9));
    let isOn = true;
    const use: Middleware = (delivery, next) => {
      if (isOn) delivery.provide(Transaction, new Transaction(1));
      isOn = false;
      return next();
    };
    @handles(note)
    class Uses implements Handler<typeof note> {
      constructor(private readonly transaction: Transaction) {}
      handle() {
        return { length: this.transaction.id };
      }
    }
    expect(await results(new RunnerTrial([Uses], { use: [use] }, own), 2)).to.deep.equal([
      { length: 1 },
      { length: 9 },
    ]);
  });

  const asking: readonly (readonly [string, AnyHandler])[] = [
    ['a function asks for with `inject`', handle(note, { inject: [Transaction] }, (_d, { id }) => ({ length: id }))],
    ['a function asks its delivery for', handle(note, ({ inject }) => ({ length: inject(Transaction).id }))],
    [
      'a class asks for with `inject`',
      (() => {
        class Uses {
          constructor(private readonly transaction: Transaction) {}
          handle() {
            return { length: this.transaction.id };
          }
        }
        handles(note, { inject: [Transaction] })(Uses);
        return Uses;
      })(),
    ],
  ];
  for (const [words, handler] of asking) {
    it(`is what ${words}, with no container at all`, async () => {
      const trial = new RunnerTrial([handler], { use: [transacted()] }, emptyContainer);
      expect(await results(trial, 2)).to.deep.equal([{ length: 1 }, { length: 2 }]);
    });
  }

  it('is the last, when it is provided twice', async () => {
    const handler = handle(note, { inject: ['n'] }, (_d, n: number) => ({ length: n }));
    const by = (n: number): Middleware => middleware({ provides: ['n'] }, (d, next) => (d.provide('n', n), next()));
    expect(await results(new RunnerTrial([handler], { use: [by(1), by(2)] }))).to.deep.equal([{ length: 2 }]);
  });

  it('is not disposed of', async () => {
    let disposals = 0;
    class Own {
      dispose() {
        disposals += 1;
      }
    }
    const use = middleware({ provides: [Own] }, (d, next) => (d.provide(Own, new Own()), next()));
    const handler = handle(note, { inject: [Own], use: [use] }, () => ({ length: 0 }));
    expect(await results(new RunnerTrial([handler]), 2)).to.deep.equal([{ length: 0 }, { length: 0 }]);
    expect(disposals).to.equal(0);
  });

  it('is refused after its delivery, and so is what would be built: nothing would dispose of it', async () => {
    let kept: Delivery | undefined;
    const use: Middleware = (delivery, next) => ((kept = delivery), delivery.provide('tenant', 'acme'), next());
    const trial = new RunnerTrial([handle(note, () => ({ length: 0 }))], { use: [use] });
    expect(await results(trial)).to.deep.equal([{ length: 0 }]);
    const expected =
      /^expected provide\(\), inject\(\), step\(\) and sendWithAck\(\) of the delivery of job \S+ to be called before it ends/;
    expect(() => kept?.provide('tenant', 'late')).to.throw(DeliveryEndedError, expected);
    expect(() => kept?.inject('tenant')).to.throw(DeliveryEndedError, expected);
  });

  it('fails the delivery when it was declared, and is not provided', async () => {
    const forgetful = middleware({ provides: [Transaction] }, function forgetful(_delivery, next) {
      return next();
    });
    const trial = new RunnerTrial([handle(note, () => ({ length: 0 }))], { use: [forgetful] });
    trial.handle();
    expect(await trial.rejection()).to.have.nested.property(
      'failure.reason',
      'expected Transaction to be provided: forgetful declares that it provides it, and has called next() without: call delivery.provide() first',
    );
  });

  it('fails the delivery when nobody provides it, and there is no container', async () => {
    const trial = new RunnerTrial(
      [handle(note, ({ inject }) => ({ length: inject(Transaction).id }))],
      {},
      emptyContainer,
    );
    trial.handle();
    expect(await trial.rejection())
      .to.have.nested.property('failure.reason')
      .that.contains('expected Transaction to be provided: no middleware provides it for this delivery');
  });

  const unfit: readonly (readonly [string, (delivery: Delivery) => void, string])[] = [
    ['a number for a token', ({ provide }) => provide(7 as never, 1), 'a class, a text or a symbol, got number'],
    ['undefined', ({ provide }) => provide(Transaction, undefined as never), 'a value for Transaction, got undefined'],
    ['null', ({ provide }) => provide('tenant', null), 'a value for tenant, got null'],
  ];
  for (const [words, provide, message] of unfit) {
    it(`is not ${words}`, async () => {
      const use: Middleware = (delivery, next) => (provide(delivery), next());
      const trial = new RunnerTrial([handle(note, () => ({ length: 0 }))], { use: [use] });
      trial.handle();
      expect(await trial.rejection())
        .to.have.nested.property('failure.reason')
        .that.contains(`expected delivery.provide(token, value) to be given ${message}`);
    });
  }
});
