// The options of `Events`.
import { brokerOptionTable } from '../engine/broker-options.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';
import { producerTable } from '../producer/producer-options.js';

const { engine, redis, embedded, namespace, connectTimeoutMs } = brokerOptionTable;
const { maxPayloadBytes, maxPayloadDepth } = producerTable;

const eventsTable = {
  engine,
  redis,
  embedded,
  namespace,
  connectTimeoutMs,
  maxPayloadBytes,
  maxPayloadDepth,
  onError: {
    type: 'value',
    expected: 'a function (error, event) => void',
    accepts: (value: unknown): value is ListenerErrorHandler => typeof value === 'function',
    doc: 'Called with what a listener throws or rejects with; by default a process warning, one in ten seconds at most.',
  },
} as const;

/** Called with what a listener threw, or rejected with, and the name of the event. */
export type ListenerErrorHandler = (error: unknown, event: string) => void;

/** Checks the options of {@link Events.connect}. */
export const eventsOptions = defineOptions(eventsTable);

// generated: EventsOptions

/** What {@link Events.connect} takes. */
export interface EventsOptions {
  /**
   * What keeps the queues; by default the Redis that `redis`, `embedded` or the environment names. Not together with `redis`, `embedded`
   * and `durability`, which are options of that one.
   */
  readonly engine?: OptionInput<typeof eventsTable, 'engine'> | undefined;
  /**
   * URL of the Redis server; or what no URL can say, as connection options or the module that makes them. Without it REDIS_URL of the
   * environment, and without that, unless NODE_ENV is production, the embedded server.
   */
  readonly redis?: OptionInput<typeof eventsTable, 'redis'> | undefined;
  /** Whether the server is the embedded one, whatever REDIS_URL says; false: never. Not together with `redis`. */
  readonly embedded?: OptionInput<typeof eventsTable, 'embedded'> | undefined;
  /** What all keys begin with: BullMQ's prefix, which every BullMQ client has as `bull` by default. By default "bull". */
  readonly namespace?: OptionInput<typeof eventsTable, 'namespace'> | undefined;
  /**
   * How long the server may take to answer whatever a start asks of it: all of its steps together. In milliseconds, from 1 to 600000; by
   * default 10000.
   */
  readonly connectTimeoutMs?: OptionInput<typeof eventsTable, 'connectTimeoutMs'> | undefined;
  /** The most bytes of JSON that a payload may have. Set it alike at workers. In bytes, from 1 to 536870912; by default 262144. */
  readonly maxPayloadBytes?: OptionInput<typeof eventsTable, 'maxPayloadBytes'> | undefined;
  /** The most arrays and objects within each other in a payload. Set it alike at workers. From 1 to 1000; by default 64. */
  readonly maxPayloadDepth?: OptionInput<typeof eventsTable, 'maxPayloadDepth'> | undefined;
  /** Called with what a listener throws or rejects with; by default a process warning, one in ten seconds at most. */
  readonly onError?: OptionInput<typeof eventsTable, 'onError'> | undefined;
}

// end: EventsOptions
