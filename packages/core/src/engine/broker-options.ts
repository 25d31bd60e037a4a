// The options that producers and workers share: where the queues are, and what the server must keep.
import { NAME_RULES, nameFault, nameHint } from '../contract/names.js';
import { isEngine, type BrokerOpening, type BrokerRole, type Engine, type FleetOpening } from './engine.js';
import { redisEngineTable } from './default-engine.js';
import type { OptionInput, OptionTable } from '../options/option-spec.js';
import { retentionTable } from './retention.js';

export const brokerOptionTable = {
  engine: {
    type: 'value',
    expected: 'an engine, such as redisEngine() makes',
    accepts: (value: unknown): value is Engine => isEngine(value),
    doc: 'What keeps the queues; by default the Redis that `redis`, `embedded` or the environment names. Not together with `redis`, `embedded` and `durability`, which are options of that one.',
  },
  redis: redisEngineTable.redis,
  embedded: redisEngineTable.embedded,
  namespace: {
    type: 'string',
    default: 'bull',
    expected: NAME_RULES.namespace,
    accepts: (text) => nameFault('namespace', text) === undefined,
    hint: (given) => nameHint('namespace', given),
    doc: "What all keys begin with: BullMQ's prefix, which every BullMQ client has as `bull` by default.",
  },
  durability: redisEngineTable.durability,
  connectTimeoutMs: {
    type: 'ms',
    default: 10_000,
    min: 1,
    max: 600_000,
    doc: 'How long the server may take to answer whatever a start asks of it: all of its steps together.',
  },
  ...retentionTable,
} as const satisfies OptionTable;

// generated: SharedOptions

/** What producers and workers may be told of the server and of what it remembers. */
export interface SharedOptions {
  /**
   * What keeps the queues; by default the Redis that `redis`, `embedded` or the environment names. Not together with `redis`, `embedded`
   * and `durability`, which are options of that one.
   */
  readonly engine?: OptionInput<typeof brokerOptionTable, 'engine'> | undefined;
  /**
   * URL of the Redis server; or what no URL can say, as connection options or the module that makes them. Without it REDIS_URL of the
   * environment, and without that, unless NODE_ENV is production, the embedded server.
   */
  readonly redis?: OptionInput<typeof brokerOptionTable, 'redis'> | undefined;
  /** Whether the server is the embedded one, whatever REDIS_URL says; false: never. Not together with `redis`. */
  readonly embedded?: OptionInput<typeof brokerOptionTable, 'embedded'> | undefined;
  /** What all keys begin with: BullMQ's prefix, which every BullMQ client has as `bull` by default. By default "bull". */
  readonly namespace?: OptionInput<typeof brokerOptionTable, 'namespace'> | undefined;
  /** Whether a server that may lose accepted jobs is refused, complained of, or taken as it is. By default "require". */
  readonly durability?: OptionInput<typeof brokerOptionTable, 'durability'> | undefined;
  /**
   * How long the server may take to answer whatever a start asks of it: all of its steps together. In milliseconds, from 1 to 600000; by
   * default 10000.
   */
  readonly connectTimeoutMs?: OptionInput<typeof brokerOptionTable, 'connectTimeoutMs'> | undefined;
  /**
   * For how many seconds an acked job, its result and its id are remembered. Left out, for an hour, and jobs of BullMQ clients are kept as
   * these said; set, it holds for theirs, too, but for those with a `removeOnComplete` of their own. From 1 to 31536000, or 'forever'.
   */
  readonly ackedAgeSeconds?: OptionInput<typeof brokerOptionTable, 'ackedAgeSeconds'> | undefined;
  /**
   * How many acked jobs a queue remembers at most. Left out, 10,000, of which the oldest hundred are forgotten together, and jobs of BullMQ
   * clients are neither counted nor forgotten; set, it holds for theirs, too. Bounded because an id that is forgotten at once cannot stop a
   * resend from adding the job twice. From 1 to 10000000, or 'all'.
   */
  readonly ackedCount?: OptionInput<typeof brokerOptionTable, 'ackedCount'> | undefined;
  /**
   * For how many seconds a dead letter is kept, whichever client sent the job; left out, until it is redriven or purged. From 1 to
   * 315360000.
   */
  readonly deadAgeSeconds?: OptionInput<typeof brokerOptionTable, 'deadAgeSeconds'> | undefined;
  /**
   * How many dead letters a queue keeps at most, whichever clients sent the jobs; the oldest go first. Left out, all. From 1 to 10000000.
   */
  readonly deadCount?: OptionInput<typeof brokerOptionTable, 'deadCount'> | undefined;
}

// end: SharedOptions

/** Opens a broker for inspection: it acks nothing, and a server that may lose jobs is not refused. */
export function forInspection(
  name: string,
  { namespace, connectTimeoutMs }: FleetOpening,
  role?: BrokerRole,
): BrokerOpening {
  return { namespace, connectTimeoutMs, name, role, isForInspection: true, warn: () => undefined };
}
