// The settings of the commands, each a flag and an environment variable: tables for both, and for the help.
import type { ConsumerCounts } from '@acktor/worker';
import { travellingOptionTable } from '@acktor/worker/internal';
import { Option, type Command } from 'commander';
import { SettingError } from '../errors.js';

/** One setting: its name in each place, and how its text is read. */
export interface Setting {
  /** The option of a supervisor that it sets, as in a configuration file. */
  readonly option: string;
  /** As commander writes it. */
  readonly flag: string;
  readonly variable: string;
  readonly doc: string;
  /** Of the texts that were given; more than one only for flags that may be repeated. @throws SettingError */
  readonly read: (texts: readonly string[], source: string) => unknown;
  readonly isRepeatable?: true;
}

/** Where the queues are. */
export const connectionSettings: readonly Setting[] = [
  {
    option: 'redis',
    flag: '-r, --redis <url>',
    variable: 'REDIS_URL',
    doc: 'the server (default: the embedded one of this project, unless NODE_ENV is production)',
    read: last,
  },
  {
    option: 'embedded',
    flag: '--embedded',
    variable: 'ACKTOR_EMBEDDED',
    doc: 'the embedded server of this project, whatever REDIS_URL says',
    read: (texts, source) => yesOrNo(last(texts), source),
  },
  {
    option: 'namespace',
    flag: '--namespace <name>',
    variable: 'ACKTOR_NAMESPACE',
    doc: withDefault('namespace', 'what all keys begin with'),
    read: last,
  },
  {
    option: 'connectTimeoutMs',
    flag: '--connect-timeout-ms <ms>',
    variable: 'ACKTOR_CONNECT_TIMEOUT_MS',
    doc: withDefault('connectTimeoutMs', 'how long to wait for the server'),
    read: (texts, source) => wholeNumber(last(texts), source),
  },
];

/** The settings of `acktor work`. */
export const workSettings: readonly Setting[] = [
  {
    option: 'processes',
    flag: '-p, --processes <n>',
    variable: 'ACKTOR_PROCESSES',
    doc: 'worker processes to run (default: one for each core)',
    read: (texts, source) => wholeNumber(last(texts), source),
  },
  {
    option: 'consumers',
    flag: '-c, --consumers <n|queue=n>',
    variable: 'ACKTOR_CONSUMERS',
    doc: withDefault('consumers', 'consumers of each queue in each process, or of one queue; may be repeated'),
    read: consumerCounts,
    isRepeatable: true,
  },
  {
    option: 'queues',
    flag: '-q, --queues <names>',
    variable: 'ACKTOR_QUEUES',
    doc: 'only these queues, separated by commas; may be repeated (default: all that have a handler)',
    read: (texts) => texts.flatMap(items),
    isRepeatable: true,
  },
  {
    option: 'unknown',
    flag: '--unknown <deadLetter|leave|ack>',
    variable: 'ACKTOR_UNKNOWN',
    doc: withDefault('unknown', 'what becomes of jobs that no handler is for'),
    read: last,
  },
  ...connectionSettings,
  {
    option: 'drainMs',
    flag: '--drain-ms <ms>',
    variable: 'ACKTOR_DRAIN_MS',
    doc: withDefault('drainMs', 'how long handlers may finish after a stop'),
    read: (texts, source) => wholeNumber(last(texts), source),
  },
  {
    option: 'metricsPort',
    flag: '--metrics-port <port>',
    variable: 'ACKTOR_METRICS_PORT',
    doc: 'answer /metrics, /healthz and /readyz there (default: nowhere)',
    read: (texts, source) => wholeNumber(last(texts), source),
  },
  {
    option: 'metricsHost',
    flag: '--metrics-host <address>',
    variable: 'ACKTOR_METRICS_HOST',
    doc: 'the address to answer there (default: 127.0.0.1)',
    read: last,
  },
  {
    option: 'inspectUrl',
    flag: '--inspect <url>',
    variable: 'ACKTOR_INSPECT',
    doc: "WebSocket URL of a server of @statelyai/inspect: shows every actor in Stately's inspector",
    read: last,
  },
  {
    option: 'durability',
    flag: '--durability <require|warn|off>',
    variable: 'ACKTOR_DURABILITY',
    doc: withDefault('durability', 'what to do about a server that may lose jobs'),
    read: last,
  },
];

/** Takes the default from the options' own table. */
function withDefault(option: keyof Defaults, doc: string): string {
  return `${doc} (default: ${String(travellingOptionTable[option].default)})`;
}

type Table = typeof travellingOptionTable;
type Defaults = {
  [Name in keyof Table as Table[Name] extends { readonly default: unknown } ? Name : never]: Table[Name];
};

/** Reads `8`, for all queues, or `payments=4` as often as wanted. */
function consumerCounts(texts: readonly string[], source: string): ConsumerCounts {
  const parts = texts.flatMap(items);
  const alone = parts.filter((part) => !part.includes('='));
  if (parts.length === 1 && alone.length === 1) return wholeNumber(alone[0] ?? '', source);
  if (alone.length > 0) throw new SettingError(source, 'either one number, or queue=n for each queue', texts.join(','));
  return Object.fromEntries(parts.map((part) => countOf(part, source)));
}

function countOf(part: string, source: string): readonly [string, number] {
  // The last one: a queue's name may hold others.
  const end = part.lastIndexOf('=');
  return [part.slice(0, end), wholeNumber(part.slice(end + 1), source)];
}

/** @throws SettingError */
export function wholeNumber(text: string, source: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new SettingError(source, 'a whole number', text);
}

/** Returns the milliseconds of a span such as 500ms, 30s, 5m, 2h or 7d. @throws SettingError */
export function spanMs(text: string, source: string): number {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw new SettingError(source, 'a span such as 500ms, 30s, 5m, 2h or 7d', text);
}

const UNITS_MS: Readonly<Record<string, number | undefined>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** @throws SettingError */
export function yesOrNo(text: string, source: string): boolean {
  if (/^(yes|true|1)$/i.test(text)) return true;
  if (/^(no|false|0)$/i.test(text)) return false;
  throw new SettingError(source, 'yes or no', text);
}

/** Returns the items between commas. */
export function items(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Returns the text that counts, of a flag that was given more than once. */
export function last(texts: readonly string[]): string {
  return texts.at(-1) ?? '';
}

/** Adds a flag for each setting, and the one that names the configuration file. */
export function addSettings(command: Command, settings: readonly Setting[]): Command {
  for (const { flag, variable, doc, isRepeatable } of settings) {
    const option = new Option(flag, `${doc} [${variable}]`);
    command.addOption(isRepeatable ? option.argParser(collect) : option);
  }
  return command.addOption(
    new Option('--config <file>', 'a configuration file (default: acktor.config.js, .mjs, .json, .ts) [ACKTOR_CONFIG]'),
  );
}

/** For flags that may be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
