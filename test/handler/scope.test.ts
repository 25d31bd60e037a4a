import { GuardedLog } from '@acktor/core/internal';
import { handles, type Handler } from '@acktor/worker';
import { expect } from 'chai';
import {
  container,
  injectable,
  instanceCachingFactory,
  instancePerContainerCachingFactory,
  Lifecycle,
  singleton,
  type DependencyContainer,
  type Disposable,
} from 'tsyringe';
import { RunnerTrial } from '../delivery/runner-trial.js';
import { note } from '../jobs/notes.js';
import { turn } from '../signals/signal.js';
import { disposeGlobally } from '../worker-inside/inside.js';
import { handlerOf } from './handler-of.js';

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
    it(`is disposed of when the handler ${ending}`, async () => {
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

  it('does not undo the work of its handler when it cannot be disposed of, and is named in the log', async () => {
    const disposed: string[] = [];
    class Fine implements Disposable {
      dispose() {
        disposed.push('fine');
      }
    }
    @handles(note)
    class Stubborn implements Handler<typeof note>, Disposable {
      constructor(readonly fine: Fine) {}
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
    const line = await trial.log.said('Stubborn could not be disposed of');
    expect([line.level, line.facts['class'], disposed]).to.deep.equal(['warn', 'Stubborn', ['fine']]);
  });

  it('is disposed of when the handler could not be built, and the reason is told in one line', async () => {
    const disposed: string[] = [];
    class Connection implements Disposable {
      dispose() {
        disposed.push('connection');
      }
    }
    class Gateway {
      constructor() {
        throw new Error('no gateway\ntoday');
      }
    }
    @handles(note)
    class Uses implements Handler<typeof note> {
      constructor(
        readonly connection: Connection,
        readonly gateway: Gateway,
      ) {}
      handle() {
        return { length: 0 };
      }
    }
    const trial = new RunnerTrial([Uses]);
    trial.handle();
    const settlement = await trial.rejection();
    expect(settlement.kind === 'retry' && settlement.failure.reason).to.match(
      /^cannot build Uses: .*"gateway".* Reason: no gateway today$/,
    );
    expect(disposed).to.deep.equal(['connection']);
  });

  it('is waited for by the next delivery, and not by the end of its own, but not for ever', async () => {
    const built: string[] = [];
    class Stuck implements Disposable {
      dispose() {
        return new Promise<void>(() => undefined);
      }
    }
    @handles(note)
    class Uses implements Handler<typeof note> {
      constructor(readonly stuck: Stuck) {
        built.push('handler');
      }
      handle() {
        return { length: 0 };
      }
    }
    const trial = new RunnerTrial([Uses]);
    trial.handle();
    expect(await trial.end()).to.include({ type: 'handler.returned' });
    trial.handle();
    await turn();
    expect(built).to.have.length(1);
    trial.clock.increment(2_999);
    await turn();
    expect(built).to.have.length(1);
    trial.clock.increment(1);
    await trial.heard.upTo(2);
    expect(built).to.have.length(2);
    const line = await trial.log.said('of Stuck has not settled');
    expect(line.facts).to.deep.equal({ class: 'Stuck', waitedMs: 3_000 });
  });
});

describe('a delivery that waits for the disposal of the one before', () => {
  it('runs no handler when it is told to let go meanwhile', async () => {
    let built = 0;
    @handles(note)
    class Stuck implements Handler<typeof note>, Disposable {
      constructor() {
        built += 1;
      }
      handle() {
        return { length: 0 };
      }
      dispose() {
        return new Promise<void>(() => undefined);
      }
    }
    const trial = new RunnerTrial([Stuck]);
    trial.handle();
    await trial.end();
    trial.handle();
    trial.abort({ kind: 'leaseLost' });
    trial.clock.increment(3_000);
    const end = await trial.heard.first(({ type }) => type === 'handler.rejected');
    expect(end.type === 'handler.rejected' && end.settlement.kind).to.equal('retry');
    expect(built).to.equal(1);
  });
});

describe('what cannot even be looked at', () => {
  it('is disposed of as far as it can be, and keeps no delivery from its end', async () => {
    class Hostile implements Disposable {
      dispose() {
        throw Object.create(null) as Error;
      }
    }
    Object.defineProperty(Hostile.prototype, 'constructor', {
      get: () => {
        throw new Error('not even this');
      },
    });
    @handles(note)
    class Uses implements Handler<typeof note> {
      constructor(readonly hostile: Hostile) {}
      handle() {
        return { length: 0 };
      }
    }
    const trial = new RunnerTrial([Uses]);
    trial.handle();
    expect(await trial.end()).to.include({ type: 'handler.returned' });
    expect((await trial.log.said('could not be disposed of')).facts['class']).to.equal('Uses');
  });
});

describe('what outlives a delivery', () => {
  interface Counts {
    built: number;
    disposed: number;
  }

  /** A class that is disposed of, and a handler that needs it. */
  function poolAndHandler(counts: Counts) {
    class Pool implements Disposable {
      isOpen = true;
      constructor() {
        counts.built += 1;
      }
      dispose() {
        this.isOpen = false;
        counts.disposed += 1;
      }
    }
    @handles(note)
    class Uses implements Handler<typeof note> {
      constructor(readonly pool: Pool) {}
      handle() {
        if (!this.pool.isOpen) throw new Error('the pool is closed');
        return { length: 0 };
      }
    }
    return { Pool, Uses };
  }

  type Pools = ReturnType<typeof poolAndHandler>;

  const ways: readonly (readonly [
    words: string,
    register: (own: DependencyContainer, Pool: Pools['Pool']) => void,
    after: Counts,
    closed: Counts,
  ])[] = [
    [
      'registerSingleton in the container of the worker: until it closes',
      (own, Pool) => own.registerSingleton(Pool),
      { built: 1, disposed: 0 },
      { built: 1, disposed: 1 },
    ],
    [
      '@singleton(): as long as the program',
      (_own, Pool) => singleton()(Pool),
      { built: 1, disposed: 0 },
      { built: 1, disposed: 0 },
    ],
    [
      'an instance: as long as who made it likes',
      (own, Pool) => own.registerInstance(Pool, new Pool()),
      { built: 1, disposed: 0 },
      { built: 1, disposed: 0 },
    ],
    [
      'a factory that caches: until the worker closes',
      (own, Pool) => own.register(Pool, { useFactory: instanceCachingFactory((at) => at.resolve(Other(Pool))) }),
      { built: 1, disposed: 0 },
      { built: 1, disposed: 1 },
    ],
    [
      'a factory that makes one each time: a delivery',
      (own, Pool) => own.register(Pool, { useFactory: (at) => at.resolve(Other(Pool)) }),
      { built: 3, disposed: 3 },
      { built: 3, disposed: 3 },
    ],
    [
      'a factory that caches for each container: a delivery',
      (own, Pool) =>
        own.register(Pool, { useFactory: instancePerContainerCachingFactory((at) => at.resolve(Other(Pool))) }),
      { built: 3, disposed: 3 },
      { built: 3, disposed: 3 },
    ],
    [
      '@scoped(ContainerScoped): a delivery',
      (own, Pool) => own.register(Pool, { useClass: Pool }, { lifecycle: Lifecycle.ContainerScoped }),
      { built: 3, disposed: 3 },
      { built: 3, disposed: 3 },
    ],
    [
      '@scoped(ResolutionScoped): a delivery',
      (own, Pool) => own.register(Pool, { useClass: Pool }, { lifecycle: Lifecycle.ResolutionScoped }),
      { built: 3, disposed: 3 },
      { built: 3, disposed: 3 },
    ],
    ['nothing: a delivery', () => undefined, { built: 3, disposed: 3 }, { built: 3, disposed: 3 }],
  ];

  /** A class that is built as the one is, and is not registered. */
  function Other(Pool: Pools['Pool']): Pools['Pool'] {
    return class Unregistered extends Pool {};
  }

  for (const [words, register, after, closed] of ways) {
    it(`is decided by how it is registered: ${words}`, async () => {
      const counts: Counts = { built: 0, disposed: 0 };
      const { Pool, Uses } = poolAndHandler(counts);
      const own = container.createChildContainer();
      register(own, Pool);
      const trial = new RunnerTrial([Uses], {}, own);
      for (let nth = 1; nth <= 3; nth += 1) {
        trial.handle();
        const ends = await trial.heard.upTo(nth);
        expect(ends.at(-1)).to.include({ type: 'handler.returned' });
      }
      expect(counts, 'after three deliveries').to.deep.equal(after);
      await trial.scopes.closeAll();
      expect(counts, 'after the worker has closed').to.deep.equal(closed);
    });
  }

  it('stays for as long as another worker builds by the same container, and is built anew after that', async () => {
    const counts: Counts = { built: 0, disposed: 0 };
    const { Pool, Uses } = poolAndHandler(counts);
    const own = container.createChildContainer().registerSingleton(Pool);
    const [first, second] = [new RunnerTrial([Uses], {}, own), new RunnerTrial([Uses], {}, own)];
    first.handle();
    await first.end();
    await first.scopes.closeAll();
    expect(counts).to.deep.equal({ built: 1, disposed: 0 });
    second.handle();
    expect(await second.end()).to.include({ type: 'handler.returned' });
    await second.scopes.closeAll();
    expect(counts).to.deep.equal({ built: 1, disposed: 1 });
    const third = new RunnerTrial([Uses], {}, own);
    third.handle();
    expect(await third.end()).to.include({ type: 'handler.returned' });
    expect(counts.built).to.equal(2);
  });

  it('is disposed of with the global container when it is registered there', async () => {
    const counts: Counts = { built: 0, disposed: 0 };
    const { Pool, Uses } = poolAndHandler(counts);
    singleton()(Pool);
    const trial = new RunnerTrial([Uses]);
    trial.handle();
    await trial.end();
    await trial.scopes.closeAll();
    expect(counts.disposed).to.equal(0);
    await disposeGlobally({ clock: trial.clock, log: new GuardedLog(trial.log) });
    expect(counts.disposed).to.equal(1);
  });
});

describe('a container of another make', () => {
  it('needs no dispose', async () => {
    const measure = handlerOf(note, () => ({ length: 5 }));
    const child = { createChildContainer: () => child, resolve: (built: new () => unknown) => new built() };
    const trial = new RunnerTrial([measure], {}, child);
    for (let nth = 1; nth <= 2; nth += 1) {
      trial.handle();
      expect((await trial.heard.upTo(nth)).at(-1)).to.include({ type: 'handler.returned' });
    }
  });

  it('disposes of a delivery in its own way, for as long as any other', async () => {
    const measure = handlerOf(note, () => ({ length: 5 }));
    const dispose = () => new Promise<void>(() => undefined);
    const child = { createChildContainer: () => child, resolve: (built: new () => unknown) => new built(), dispose };
    const trial = new RunnerTrial([measure], {}, child);
    trial.handle();
    expect(await trial.end()).to.include({ type: 'handler.returned' });
    trial.clock.increment(3_000);
    expect((await trial.log.said('has not settled')).message).to.contain('what was built for Handling');
  });
});
