import { Operator, Producer } from '@acktor/core';
import { handles, UnresolvableParameterError, type AnyHandlerClass } from '@acktor/worker';
import { expect } from 'chai';
import {
  container,
  delay,
  inject,
  injectable,
  injectAll,
  Lifecycle,
  scoped,
  singleton,
  type DependencyContainer,
} from 'tsyringe';
import { refusal } from '../contract/refusal.js';
import { note } from '../jobs/notes.js';
import { checkHandlers } from './check-handlers.js';

interface Settings {
  readonly url: string;
}

class NoParameters {}

@injectable()
class Client {
  constructor(@inject('url') readonly url: string) {}
}

@injectable()
class Gateway {
  constructor(
    readonly fine: NoParameters,
    readonly client: Client,
  ) {}
}

// Not decorated: its compiler writes no types down.
class Bare {
  constructor(readonly gateway: Gateway) {}
}

const tagged = () => (_target: object) => undefined;

@tagged()
class ForAnother {
  constructor(readonly fine: NoParameters) {}
}

@injectable()
class AsksForAnInterface {
  constructor(readonly settings: Settings) {}
}

@injectable()
class Hen {
  constructor(@inject(delay(() => Egg)) readonly egg: object) {}
}

@injectable()
class Egg {
  constructor(readonly hen: Hen) {}
}

@injectable()
class Loop {
  constructor(@inject('loop') readonly loop: object) {}
}

@singleton()
class Shared {}

@scoped(Lifecycle.ContainerScoped)
class PerDelivery {}

/** A handler that asks for one thing. */
function asking(token: unknown, all = false): AnyHandlerClass {
  class Asks {
    constructor(readonly it: unknown) {}
    handle() {
      return { length: 0 };
    }
  }
  (all ? injectAll(token as never) : inject(token as never))(Asks, undefined, 0);
  handles(note)(Asks);
  return Asks;
}

function check(token: unknown, own: DependencyContainer = container.createChildContainer()) {
  return checkHandlers(own, [asking(token)]);
}

describe('what a handler depends on', () => {
  const wrong: readonly (readonly [words: string, token: unknown, path: readonly string[], message: string])[] = [
    [
      'a token of a dependency of a dependency',
      Gateway,
      ['Asks', 'Gateway', 'Client'],
      'cannot build Asks: it needs Gateway, which needs Client, and parameter 0 of the constructor of Client asks for the token url, which is not registered: register it in the container given to the worker',
    ],
    [
      'a class without @injectable()',
      Bare,
      ['Asks', 'Bare'],
      'decorate Bare with @injectable(), or register an instance',
    ],
    [
      'a class decorated for something else',
      ForAnother,
      ['Asks', 'ForAnother'],
      'decorate ForAnother with @injectable()',
    ],
    [
      'an interface',
      AsksForAnInterface,
      ['Asks', 'AsksForAnInterface'],
      "an interface, perhaps; use @inject('a token')",
    ],
    [
      'a Producer that nobody registered',
      Producer,
      ['Asks', 'Producer'],
      'register one: container.registerInstance(Producer, await Producer.connect())',
    ],
    [
      'an Operator that nobody registered',
      Operator,
      ['Asks', 'Operator'],
      'register one: container.registerInstance(Operator, await Operator.connect())',
    ],
    ...[String, Number, Boolean].map(
      (type) =>
        [
          `a ${type.name}`,
          type,
          ['Asks'],
          `is a ${type.name}, which the container cannot make: register the value under a token and use @inject('token')`,
        ] as const,
    ),
  ];
  for (const [words, token, path, message] of wrong) {
    it(`is refused before anything is built: ${words}`, async () => {
      const error = await refusal(UnresolvableParameterError, () => check(token));
      expect(error.path).to.deep.equal(path);
      expect(error.message).to.contain(message);
    });
  }

  it('is looked at through all that is registered', async () => {
    const own = () => container.createChildContainer();
    await refusal(UnresolvableParameterError, () => check('a', own().register('a', { useClass: Bare })));
    const byToken = own().register('b', { useClass: Bare }).register('a', { useToken: 'b' });
    await refusal(UnresolvableParameterError, () => check('a', byToken));
    const many = own().register('a', { useClass: NoParameters }).register('a', { useClass: Bare });
    await refusal(UnresolvableParameterError, () => checkHandlers(many, [asking('a', true)]));
    await refusal(UnresolvableParameterError, () => check(delay(() => Bare)));
  });

  it('may not go round in a circle, unless that is delayed', async () => {
    const round = container.createChildContainer().register('loop', { useClass: Loop });
    const error = await refusal(UnresolvableParameterError, () => check(Loop, round));
    expect(error.message).to.contain('leads back to Loop').and.contain('delay');
    expect(check(Hen)).to.deep.equal(['Hen', 'Egg']);
  });

  it('is taken when an instance or a factory is registered, which is not looked into', () => {
    const own = container.createChildContainer().registerInstance('url', 'https://gateway.test');
    expect(check(Gateway, own)).to.deep.equal(['Gateway', 'NoParameters', 'Client']);
    own.register(Bare, { useFactory: () => new Bare(own.resolve(Gateway)) });
    expect(check(Bare, own)).to.deep.equal([]);
  });

  it('is named when it is built anew for each delivery, and shared by nobody', () => {
    expect(check(NoParameters)).to.deep.equal(['NoParameters']);
    expect(check(Shared)).to.deep.equal([]);
    expect(check(PerDelivery)).to.deep.equal([]);
  });

  it('of a container of another make is not known', () => {
    const other = { createChildContainer: () => other, resolve: () => undefined };
    expect(checkHandlers(other, [asking(Bare)])).to.equal(undefined);
  });

  it('is not built by looking at it', () => {
    let built = 0;
    @injectable()
    class Counts {
      constructor(readonly fine: NoParameters) {
        built += 1;
      }
    }
    check(Counts);
    expect(built).to.equal(0);
  });
});
