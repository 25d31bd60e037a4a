// The contract of an exchange: declared once, shared by those who publish to it and those who bind jobs to it.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isStandardSchema } from '../contract/job.js';
import { nameFault } from '../contract/names.js';
import { ContractError, NotAContractError, type OptionFault } from '../errors.js';
import { defineOptions } from '../options/options.js';

/**
 * How an exchange finds the queues of what is published: by the same key (`direct`), all of them (`fanout`), by patterns of keys (`topic`), or by
 * headers (`headers`). As in AMQP 0-9-1.
 */
export type ExchangeType = 'direct' | 'fanout' | 'topic' | 'headers';

/** What publishers and those who bind agree on. Made by {@link exchange}, frozen. */
export interface ExchangeContract<
  Name extends string = string,
  Payload extends StandardSchemaV1 = StandardSchemaV1,
  Type extends ExchangeType = ExchangeType,
  Keys extends KeySchema | undefined = KeySchema | undefined,
> {
  readonly name: Name;
  readonly type: Type;
  /** The schema of what is published. */
  readonly data: Payload;
  /** The schema of the routing keys; undefined where any will do. */
  readonly keys: Keys;
  /** Where goes what no binding of this one matches; undefined for nowhere. */
  readonly alternate: AnyExchange | undefined;
}

/** A schema of texts. */
export type KeySchema = StandardSchemaV1<string, unknown>;

/** Any exchange, for signatures. */
export type AnyExchange = ExchangeContract;

/** What `publish` takes: the input type of the payload schema. */
export type PublishedInput<E extends AnyExchange> = StandardSchemaV1.InferInput<E['data']>;

/** The routing keys of an exchange: any text where its contract has no schema of them. */
export type RoutingKeyOf<E extends AnyExchange> = E['keys'] extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<E['keys']>
  : string;

/** How an exchange is declared. */
export interface ExchangeOptions<
  Payload extends StandardSchemaV1,
  Type extends ExchangeType,
  Keys extends KeySchema | undefined,
  Alternate extends AnyExchange | undefined,
> {
  /** How it finds queues. */
  readonly type: Type;
  /** The schema of what is published, from any Standard Schema library. */
  readonly data: Payload;
  /**
   * The schema of the routing keys, which types them: `` z.templateLiteral(['order.', z.enum(['eu', 'us']), '.created']) ``. A key that is none is
   * refused at `publish`. Any text when left out.
   */
  readonly keys?: Keys;
  /** The exchange that gets what no binding of this one matches; such messages go nowhere when left out. Declared together with this one. */
  readonly alternate?: Alternate & AlternateOf<Payload, Alternate>;
}

/** What compiles only where the alternate takes what is published. */
type AlternateOf<Payload extends StandardSchemaV1, Alternate> = Alternate extends AnyExchange
  ? [StandardSchemaV1.InferInput<Payload>] extends [PublishedInput<Alternate>]
    ? unknown
    : { readonly doesNotTake: StandardSchemaV1.InferInput<Payload> }
  : unknown;

/**
 * Declares an exchange: a frozen contract, typed by its name, its type and its schemas, to be shared by publishers and consumers. On the server it
 * is there once `producer.exchanges().declare()` was called with it.
 *
 * @throws ContractError naming everything that is wrong with the name or the options.
 * @example
 * const orders = exchange('orders', { type: 'topic', data: z.object({ orderId: z.string() }) });
 */
export function exchange<
  const Name extends string,
  Payload extends StandardSchemaV1,
  const Type extends ExchangeType,
  Keys extends KeySchema | undefined = undefined,
  Alternate extends AnyExchange | undefined = undefined,
>(name: Name, options: ExchangeOptions<Payload, Type, Keys, Alternate>): ExchangeContract<Name, Payload, Type, Keys> {
  const examined = exchangeOptions.examine(options);
  const faults = [...nameFaults(name), ...examined.faults];
  if (!('values' in examined) || faults.length > 0) throw new ContractError(String(name), faults, 'exchange');
  const { type, data, keys, alternate } = examined.values;
  // The table sees schemas as such; which ones they are, only the caller's types know.
  return Object.freeze({ name, type, data, keys, alternate }) as unknown as ExchangeContract<Name, Payload, Type, Keys>;
}

/** @throws NotAContractError for anything but an exchange; `call` is what it was passed to, for people. */
export function requireExchange(value: unknown, call: string): asserts value is AnyExchange {
  if (!isExchange(value)) throw new NotAContractError(call, value, 'exchange');
}

export function isExchange(value: unknown): value is AnyExchange {
  if (typeof value !== 'object' || value === null) return false;
  const { name, type, data } = value as Partial<AnyExchange>;
  return typeof name === 'string' && TYPES.includes(String(type)) && isStandardSchema(data);
}

const TYPES: readonly string[] = ['direct', 'fanout', 'topic', 'headers'] satisfies readonly ExchangeType[];

function nameFaults(name: unknown): readonly OptionFault[] {
  const message = nameFault('exchange', name);
  return message === undefined ? [] : [{ option: 'name', message }];
}

/** The options of {@link exchange}. */
export const exchangeOptions = defineOptions({
  type: {
    type: 'choice',
    of: ['direct', 'fanout', 'topic', 'headers'],
    required: true,
    doc: 'How the exchange finds queues: by the same key, all of them, by patterns of keys, or by headers.',
  },
  data: {
    type: 'value',
    required: true,
    expected: 'a Standard Schema, for example z.object({ … }) of zod',
    accepts: isStandardSchema,
    doc: 'The schema of what is published.',
  },
  keys: {
    type: 'value',
    expected: 'a Standard Schema of texts, for example z.enum([ … ]) of zod',
    accepts: (value: unknown): value is KeySchema => isStandardSchema(value),
    doc: 'The schema of the routing keys, which types them and is checked at `publish`; any text when left out.',
  },
  alternate: {
    type: 'value',
    expected: 'what exchange() returned',
    accepts: isExchange,
    doc: 'The exchange that gets what no binding of this one matches; such messages go nowhere when left out.',
  },
});
