// Bindings: which job gets what of an exchange. Plain data, for it is kept on the server, where every publisher finds it.
import { createHash } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Backoff } from '../contract/backoff.js';
import type { Groups } from '../contract/groups.js';
import {
  requireContract,
  retriesToStore,
  type AcceptedExchange,
  type AnyJob,
  type PayloadInput,
} from '../contract/job.js';
import { metaOption, type Meta } from '../contract/meta.js';
import type { MaybePromise } from '../contract/versions.js';
import { OptionsError } from '../errors.js';
import type { MaxLength } from '../engine/send-terms.js';
import {
  isExchange,
  requireExchange,
  type AnyExchange,
  type ExchangeType,
  type PublishedInput,
  type RoutingKeyOf,
} from './exchange.js';
import { checkRoutingKey } from './topic-trie.js';

/** What is bound to an exchange, and by what. Made by {@link bind}, frozen. */
export interface Binding {
  /** The name of the exchange. */
  readonly exchange: string;
  readonly to: BindingTarget;
  /** The key or the pattern; undefined for `fanout` and `headers`. */
  readonly pattern: string | undefined;
  /** Given for `headers`. */
  readonly headers: HeaderPattern | undefined;
}

/** What gets what is published: a job with what its contract gives to each send, or another exchange. */
export type BindingTarget = JobTarget | { readonly kind: 'exchange'; readonly exchange: string };

/** A job to which something is published, as far as a publisher has to know its contract. */
export interface JobTarget {
  readonly kind: 'job';
  readonly queue: string;
  /** The name of the job. */
  readonly name: string;
  readonly version: number;
  /** Undefined where the default holds. */
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
  readonly maxLength: MaxLength | undefined;
  readonly groups: Groups;
}

/** Which headers a message has to have. */
export interface HeaderPattern {
  /** Whether all of them have to be there, or any. */
  readonly match: 'all' | 'any';
  /** The value of each, or `true` where any will do. */
  readonly headers: Readonly<Record<string, string | true>>;
}

/** What a binding of an exchange says: a key, a pattern, headers, or nothing, as the type of the exchange has it. */
export type BindingArguments<E extends AnyExchange> = E['type'] extends 'fanout'
  ? []
  : E['type'] extends 'direct'
    ? [key: RoutingKeyOf<E>]
    : E['type'] extends 'topic'
      ? [pattern: string]
      : [headers: { readonly match?: HeaderPattern['match']; readonly headers: HeaderPattern['headers'] }];

/** What compiles only for a job that takes what is published, as it is or by `accepts`, and for an exchange of the same. */
export type TakerOf<E extends AnyExchange, Target> = Target extends AnyExchange
  ? Takes<E, PublishedInput<Target>>
  : Target extends AnyJob
    ? Target extends { readonly accepts: { readonly [Name in E['name']]: unknown } }
      ? unknown
      : Takes<E, PayloadInput<Target>>
    : never;

type Takes<E extends AnyExchange, Input> = [PublishedInput<E>] extends [Input]
  ? unknown
  : { readonly doesNotTake: StandardSchemaV1.InferInput<E['data']> };

/**
 * Makes a binding: the job gets what is published to the exchange under that key (`direct`), under keys that match the pattern (`topic`: `*` is one
 * word, `#` any number of them), with these headers (`headers`), or all of it (`fanout`). It holds once `producer.exchanges().bind()` was called
 * with it. Compiles only where the job takes the exchange's payload; where it differs, `accepts` of the job says how.
 *
 * In place of a job there may be another exchange, which then routes by its own bindings.
 * @throws NotAContractError; NameError for what is no key or pattern; OptionsError for what are no headers.
 * @example
 * const toMail = bind(orders, mailCustomer, 'order.*.created');
 */
export function bind<E extends AnyExchange, Target extends AnyJob | AnyExchange>(
  exchange: E,
  target: Target & TakerOf<E, Target>,
  ...[on]: BindingArguments<E>
): Binding {
  requireExchange(exchange, 'bind');
  const to = targetOf(target);
  const { name, type } = exchange;
  return Object.freeze({ exchange: name, to, pattern: patternIn(type, on), headers: headersIn(type, on) });
}

function targetOf(target: AnyJob | AnyExchange): BindingTarget {
  if (isExchange(target)) return Object.freeze({ kind: 'exchange', exchange: target.name });
  requireContract(target, 'bind');
  const { queue, name, version, maxLength, groups } = target;
  const { attempts, backoff } = retriesToStore(target);
  return Object.freeze({ kind: 'job', queue, name, version, attempts, backoff, maxLength, groups });
}

function patternIn(type: ExchangeType, on: unknown): string | undefined {
  if (type === 'fanout' || type === 'headers') return undefined;
  checkRoutingKey(on, type === 'topic' ? 'pattern' : 'routing key');
  return on;
}

function headersIn(type: ExchangeType, on: unknown): HeaderPattern | undefined {
  if (type !== 'headers') return undefined;
  const { match = 'all', headers } = (on ?? {}) as Partial<HeaderPattern>;
  if (!['all', 'any'].includes(match)) refuse('match', "expected match to be 'all' or 'any'");
  const texts = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, value === true ? '' : value]),
  );
  if (headers === undefined || !metaOption.accepts(texts))
    refuse(
      'headers',
      `expected headers to be an object of texts, or true where any will do (${metaOption.hint(headers && texts)})`,
    );
  return Object.freeze({ match, headers: Object.freeze({ ...headers }) });
}

function refuse(option: string, message: string): never {
  throw new OptionsError([{ option, message }]);
}

/** Whether a message with these headers is one for the binding. As RabbitMQ has it, no header at all are all of none, and not any. */
export function headersMatch({ match, headers }: HeaderPattern, meta: Meta): boolean {
  const fits = ([name, value]: readonly [string, string | true]) =>
    value === true ? Object.hasOwn(meta, name) : Object.hasOwn(meta, name) && meta[name] === value;
  const wanted = Object.entries(headers);
  return match === 'all' ? wanted.every(fits) : wanted.some(fits);
}

/** By which a binding is kept: what its contract gives to each send is no part of it, and a later bind replaces that. */
export function bindingId({ exchange, to, pattern, headers }: Binding): string {
  const target = to.kind === 'job' ? ['job', to.queue, to.name] : ['exchange', to.exchange];
  const on = headers ? [headers.match, Object.entries(headers.headers).toSorted(byName)] : [pattern ?? ''];
  return createHash('sha256')
    .update(JSON.stringify([exchange, target, on]))
    .digest('base64url');
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** A job whose contract says how it takes what is published to an exchange. */
export type Accepting<J extends AnyJob, E extends AnyExchange> = J & {
  readonly accepts: { readonly [Name in E['name']]: AcceptedExchange };
};

/**
 * Returns the contract of a job that takes what is published to the exchange though its own payload is another: `map` makes one of the other, in
 * the worker that handles the job, at each attempt; it gets what the exchange's schema gives, and its result is validated by the job's. What it
 * throws dead-letters the job. Give the returned contract to `bind` and to the handler; the mapping is a function, and so no part of the binding:
 * bind when the workers that know it are there.
 *
 * @throws NotAContractError.
 * @example
 * export const mailCustomer = accepts(mailJob, orders, (order) => ({ to: order.email, subject: `Order ${order.orderId}` }));
 */
export function accepts<J extends AnyJob, E extends AnyExchange>(
  job: J,
  exchange: E,
  map: (published: StandardSchemaV1.InferOutput<E['data']>) => MaybePromise<PayloadInput<J>>,
): Accepting<J, E> {
  requireContract(job, 'accepts');
  requireExchange(exchange, 'accepts');
  const accepted: AcceptedExchange = Object.freeze({ data: exchange.data, map });
  return Object.freeze({ ...job, accepts: Object.freeze({ ...job.accepts, [exchange.name]: accepted }) }) as Accepting<
    J,
    E
  >;
}
