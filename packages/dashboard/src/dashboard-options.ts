// The options of a dashboard.
import { brokerOptionTable, defineOptions, type OptionInput, type OptionTable } from '@acktor/core/engine';
import type { Authorize } from './access/gate.js';
import { isLogger, type DashboardLogger } from './logger.js';

const token = {
  type: 'string',
  expected: 'a text of 16 characters at least',
  accepts: (text: string) => text.length >= 16,
  isSecret: true,
} as const;

const handlerTable = {
  engine: brokerOptionTable.engine,
  redis: brokerOptionTable.redis,
  embedded: brokerOptionTable.embedded,
  namespace: brokerOptionTable.namespace,
  connectTimeoutMs: brokerOptionTable.connectTimeoutMs,
  tokens: {
    type: 'group',
    of: {
      viewer: { ...token, doc: 'A person with this token may look.' },
      operator: { ...token, doc: 'A person with this token may look and act.' },
    },
    doc: 'The tokens to sign in with: by `?token=…` in the first URL, or by the form. A role without a token cannot be signed in to.',
  },
  authorize: {
    type: 'value',
    expected: 'a function from a request to "viewer", "operator" or undefined',
    accepts: (value: unknown): value is Authorize => typeof value === 'function',
    doc: "Decides who may come in, in place of tokens: returns the caller's role, undefined for none, or a promise of that.",
  },
  secret: {
    type: 'value',
    expected: 'a string, Buffer or Uint8Array of 32 bytes at least',
    accepts: (value: unknown): value is string | Uint8Array => isSecret(value),
    isSecret: true,
    doc: 'The same in all replicas: it seals their sessions, and the tokens that changes carry. Without it `tokens` do, and with `authorize` each process has a random one.',
  },
  trustProxy: {
    type: 'count',
    default: 0,
    max: 10,
    doc: 'How many proxies of yours are in front: as many of the last addresses in `X-Forwarded-For` are trusted, to count wrong tokens by. 0 trusts none.',
  },
  origins: {
    type: 'value',
    default: [],
    expected: 'a list of origins such as "https://ops.example.com"',
    accepts: (value: unknown): value is readonly string[] => isTexts(value) && value.every(isOrigin),
    doc: 'The origins that people see, where a proxy passes another Host header than they have sent.',
  },
  redact: {
    type: 'value',
    default: [],
    expected: 'a list of paths such as "data.card", "data.*.secret", "result.token" or "meta.user"',
    accepts: (value: unknown): value is readonly string[] => isTexts(value) && value.every(isRedactable),
    doc: 'Paths in payloads, results and headers whose values are hidden from everybody.',
  },
  payloadsFor: {
    type: 'choice',
    of: ['viewer', 'operator'],
    default: 'viewer',
    doc: 'The least role that may see payloads and results.',
  },
  logger: {
    type: 'value',
    expected: 'a logger with info, warn and error, such as pino()',
    accepts: (value: unknown): value is DashboardLogger => isLogger(value),
    doc: 'Where the dashboard writes what people did and what failed; by default JSON lines on standard error.',
  },
} as const satisfies OptionTable;

/** Checks the options of a handler. */
export const dashboardHandlerOptions = defineOptions(handlerTable);

// generated: DashboardHandlerOptions

/** What {@link dashboardHandler} takes. */
export interface DashboardHandlerOptions {
  /**
   * What keeps the queues; by default the Redis that `redis`, `embedded` or the environment names. Not together with `redis`, `embedded`
   * and `durability`, which are options of that one.
   */
  readonly engine?: OptionInput<typeof handlerTable, 'engine'> | undefined;
  /**
   * URL of the Redis server; or what no URL can say, as connection options or the module that makes them. Without it REDIS_URL of the
   * environment, and without that, unless NODE_ENV is production, the embedded server.
   */
  readonly redis?: OptionInput<typeof handlerTable, 'redis'> | undefined;
  /** Whether the server is the embedded one, whatever REDIS_URL says; false: never. Not together with `redis`. */
  readonly embedded?: OptionInput<typeof handlerTable, 'embedded'> | undefined;
  /** What all keys begin with: BullMQ's prefix, which every BullMQ client has as `bull` by default. By default "bull". */
  readonly namespace?: OptionInput<typeof handlerTable, 'namespace'> | undefined;
  /**
   * How long the server may take to answer whatever a start asks of it: all of its steps together. In milliseconds, from 1 to 600000; by
   * default 10000.
   */
  readonly connectTimeoutMs?: OptionInput<typeof handlerTable, 'connectTimeoutMs'> | undefined;
  /** The tokens to sign in with: by `?token=…` in the first URL, or by the form. A role without a token cannot be signed in to. */
  readonly tokens?:
    | {
        /** A person with this token may look. */
        readonly viewer?: OptionInput<(typeof handlerTable)['tokens']['of'], 'viewer'> | undefined;
        /** A person with this token may look and act. */
        readonly operator?: OptionInput<(typeof handlerTable)['tokens']['of'], 'operator'> | undefined;
      }
    | undefined;
  /** Decides who may come in, in place of tokens: returns the caller's role, undefined for none, or a promise of that. */
  readonly authorize?: OptionInput<typeof handlerTable, 'authorize'> | undefined;
  /**
   * The same in all replicas: it seals their sessions, and the tokens that changes carry. Without it `tokens` do, and with `authorize` each
   * process has a random one.
   */
  readonly secret?: OptionInput<typeof handlerTable, 'secret'> | undefined;
  /**
   * How many proxies of yours are in front: as many of the last addresses in `X-Forwarded-For` are trusted, to count wrong tokens by. 0
   * trusts none. From 0 to 10; by default 0.
   */
  readonly trustProxy?: OptionInput<typeof handlerTable, 'trustProxy'> | undefined;
  /** The origins that people see, where a proxy passes another Host header than they have sent. By default []. */
  readonly origins?: OptionInput<typeof handlerTable, 'origins'> | undefined;
  /** Paths in payloads, results and headers whose values are hidden from everybody. By default []. */
  readonly redact?: OptionInput<typeof handlerTable, 'redact'> | undefined;
  /** The least role that may see payloads and results. By default "viewer". */
  readonly payloadsFor?: OptionInput<typeof handlerTable, 'payloadsFor'> | undefined;
  /** Where the dashboard writes what people did and what failed; by default JSON lines on standard error. */
  readonly logger?: OptionInput<typeof handlerTable, 'logger'> | undefined;
}

// end: DashboardHandlerOptions

const dashboardTable = {
  ...handlerTable,
  host: {
    type: 'string',
    default: '127.0.0.1',
    expected: 'an address or a name of this machine',
    accepts: (text: string) => text !== '',
    doc: 'The address to listen on. Any but a loopback address needs `tokens` or `authorize`; on a loopback address the dashboard makes a token without them.',
  },
  trustMachine: {
    type: 'boolean',
    default: false,
    doc: 'Whether every user of this machine is an operator without a token. Only on a loopback address, and without `tokens` and `authorize`.',
  },
  port: { type: 'count', default: 3900, max: 65_535, doc: 'The port to listen on; 0 takes a free one.' },
} as const satisfies OptionTable;

/** Checks the options of a dashboard. */
export const dashboardOptions = defineOptions(dashboardTable);

// generated: DashboardOptions

/** What {@link Dashboard.start} takes. */
export interface DashboardOptions extends DashboardHandlerOptions {
  /**
   * The address to listen on. Any but a loopback address needs `tokens` or `authorize`; on a loopback address the dashboard makes a token
   * without them. By default "127.0.0.1".
   */
  readonly host?: OptionInput<typeof dashboardTable, 'host'> | undefined;
  /**
   * Whether every user of this machine is an operator without a token. Only on a loopback address, and without `tokens` and `authorize`. By
   * default false.
   */
  readonly trustMachine?: OptionInput<typeof dashboardTable, 'trustMachine'> | undefined;
  /** The port to listen on; 0 takes a free one. From 0 to 65535; by default 3900. */
  readonly port?: OptionInput<typeof dashboardTable, 'port'> | undefined;
}

// end: DashboardOptions

/** The options of a handler once checked. */
export type CheckedHandlerOptions = ReturnType<typeof dashboardHandlerOptions.check>;

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isSecret(value: unknown): value is string | Uint8Array {
  if (typeof value === 'string') return Buffer.byteLength(value) >= 32;
  return value instanceof Uint8Array && value.length >= 32;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isRedactable(path: string): boolean {
  return /^(?:(?:data|result)(?:[.[]|$)|meta[.[])/.test(path);
}
