// What can go wrong between a publisher and the exchanges.
import { AcktorError } from '../errors.js';
import { quoted } from '../foreign-text/foreign-text.js';

/** Something was asked of an exchange that is not declared. Nothing was done. */
export class ExchangeNotFoundError extends AcktorError {
  readonly code = 'ACKTOR_EXCHANGE_NOT_FOUND';

  constructor(readonly exchange: string) {
    super(
      `expected exchange ${quoted(exchange)} to be declared, found none: call producer.exchanges().declare() with it first`,
    );
  }
}

/** An exchange of that name is declared, and is another one. Nothing was changed. */
export class ExchangeMismatchError extends AcktorError {
  readonly code = 'ACKTOR_EXCHANGE_MISMATCH';

  constructor(
    readonly exchange: string,
    /** What of it differs: `type` or `alternate`. */
    readonly property: 'type' | 'alternate',
    found: { readonly declared: string | undefined; readonly given: string | undefined },
  ) {
    const { declared, given } = found;
    super(
      `expected exchange ${quoted(exchange)} to be declared as it is, with ${property} ${shown(declared)}, got ${shown(given)}: delete it first, or give the other one another name`,
    );
  }
}

function shown(value: string | undefined): string {
  return value === undefined ? 'none' : quoted(value);
}

/** Bound or declared so, an exchange would be reached from itself. Nothing was changed. */
export class ExchangeLoopError extends AcktorError {
  readonly code = 'ACKTOR_EXCHANGE_LOOP';

  /** @param path the exchanges on the way, the first one again at the end. */
  constructor(readonly path: readonly string[]) {
    super(
      `expected exchanges that are not reached from themselves, got ${path.map((name) => quoted(name)).join(' → ')}: leave one of these bindings or alternates out`,
    );
  }
}

/** A binding that does not go with the type of its exchange. Nothing was changed. */
export class BindingMismatchError extends AcktorError {
  readonly code = 'ACKTOR_BINDING_MISMATCH';

  constructor(
    readonly exchange: string,
    /** The type that the exchange is declared with. */
    readonly type: string,
    expected: string,
  ) {
    super(
      `expected ${expected} in a binding of exchange ${quoted(exchange)}, which is declared as ${type}: bind it by the contract that it was declared with`,
    );
  }
}

/** No queue gets what was published with `mandatory`: nothing was sent. */
export class UnroutableError extends AcktorError {
  readonly code = 'ACKTOR_UNROUTABLE';

  constructor(
    readonly exchange: string,
    readonly routingKey: string,
  ) {
    super(
      `expected a binding of exchange ${quoted(exchange)} that matches the key ${quoted(routingKey)}, found none, and nothing was sent: bind a job, or publish without mandatory`,
    );
  }
}

/** More exchanges, bindings or routes than there may be. Nothing was done. */
export class RoutingLimitError extends AcktorError {
  readonly code = 'ACKTOR_ROUTING_LIMIT';

  constructor(
    readonly what: 'exchanges' | 'bindings' | 'routes',
    readonly most: number,
    readonly got: number,
  ) {
    super(`expected ${most} ${what} at most${WHERE[what]}, got ${got}: ${INSTEAD[what]}`);
  }
}

const WHERE = {
  exchanges: ' in a namespace',
  bindings: ' in a namespace',
  routes: ' for one publish',
} as const;

const INSTEAD = {
  exchanges: 'tell messages apart by their routing keys, or use another namespace',
  bindings: 'bind by patterns in place of single keys, or use another namespace',
  routes: 'bind fewer jobs to what matches the key',
} as const;

/** Others changed the exchanges each time between the look at them and the change. Nothing was changed. */
export class ExchangesBusyError extends AcktorError {
  readonly code = 'ACKTOR_EXCHANGES_BUSY';

  constructor(attempts: number) {
    super(
      `expected the exchanges to stay as they were read, but others changed them ${attempts} times meanwhile: try again`,
    );
  }
}
