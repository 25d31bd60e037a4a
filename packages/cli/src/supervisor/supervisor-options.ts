// The options of a supervisor: those of its workers that can travel to another process, and its own.
import { brokerOptionTable, defineOptions, type OptionInput, type OptionTable } from '@acktor/core/engine';
import { nameFault } from '@acktor/core/internal';
import type { Logger } from '@acktor/worker';
import { isLogger, travellingOptionTable, type TravellingOptions } from '@acktor/worker/internal';

const supervisorTable = {
  files: {
    type: 'value',
    required: true,
    expected: 'an array of paths of handler files',
    accepts: (value: unknown): value is readonly string[] => isTextArray(value) && value.length > 0,
    doc: 'The files whose exported handler classes each worker runs: JavaScript, as your build wrote it.',
  },
  middleware: {
    type: 'value',
    default: [] as readonly string[],
    expected: 'an array of paths of middleware files',
    accepts: (value: unknown): value is readonly string[] => isTextArray(value),
    doc: 'Files whose default export, or export `use`, is middleware or an array of it, around every handler, the first outermost ([middleware.md](middleware.md)).',
  },
  queues: {
    type: 'value',
    expected: 'an array of queue names',
    accepts: (value: unknown): value is readonly string[] => isTextArray(value) && value.every(isQueueName),
    doc: 'Which queues to consume, of those that there are handlers for; by default all.',
  },
  processes: {
    type: 'count',
    min: 1,
    max: 1_000,
    doc: 'How many worker processes to run; by default one for each core that the process may use.',
  },
  restartLimit: {
    type: 'count',
    default: 5,
    max: 1_000_000,
    doc: 'How many workers may end unasked within `restartWindowMs`, for each of `processes`; one more, and the supervisor gives up. An end that a job is suspected of (`poisonLimit`) does not count.',
  },
  restartWindowMs: {
    type: 'ms',
    default: 10_000,
    min: 1,
    max: 86_400_000,
    doc: 'The span in which `restartLimit` counts.',
  },
  startMs: {
    type: 'ms',
    default: 30_000,
    min: 100,
    max: 3_600_000,
    doc: 'How long a worker may take to load its handlers and connect before it is killed.',
  },
  engine: {
    ...brokerOptionTable.engine,
    doc: 'What keeps the queues, where that is not the Redis of `redis`: an engine with a `module`, by which each worker process makes it anew.',
  },
  ...travellingOptionTable,
  metricsPort: {
    type: 'count',
    max: 65_535,
    doc: 'Where to answer /metrics, /healthz and /readyz over HTTP; 0: on any free port. By default nowhere. Its workers keep `metrics` then.',
  },
  metricsHost: {
    type: 'string',
    default: '127.0.0.1',
    doc: 'The address to answer there: `0.0.0.0` for a container whose metrics are fetched from outside.',
  },
  backlogMs: {
    type: 'ms',
    default: 60_000,
    min: 1_000,
    max: 86_400_000,
    doc: 'Within what time a backlog is to be worked off, as `acktor_desired_consumers` counts on it.',
  },
  handleSignals: {
    type: 'boolean',
    default: false,
    doc: 'Whether SIGTERM and SIGINT drain the workers (a second one ends them at once), SIGHUP replaces them one by one and SIGUSR2 prints what they do; `acktor work` sets it.',
  },
  logger: {
    type: 'value',
    expected: 'a logger with debug, info, warn and error, such as pino()',
    accepts: (value: unknown): value is Logger => isLogger(value),
    doc: 'Where the supervisor writes its own log; its workers write JSON lines on standard error.',
  },
} as const satisfies OptionTable;

/** Checks the options of a supervisor. */
export const supervisorOptions = defineOptions(supervisorTable);

// generated: SupervisorOptions

/** What {@link Supervisor.start} takes. */
export interface SupervisorOptions extends TravellingOptions {
  /** The files whose exported handler classes each worker runs: JavaScript, as your build wrote it. */
  readonly files: OptionInput<typeof supervisorTable, 'files'>;
  /**
   * Files whose default export, or export `use`, is middleware or an array of it, around every handler, the first outermost. By default [].
   */
  readonly middleware?: OptionInput<typeof supervisorTable, 'middleware'> | undefined;
  /** Which queues to consume, of those that there are handlers for; by default all. */
  readonly queues?: OptionInput<typeof supervisorTable, 'queues'> | undefined;
  /** How many worker processes to run; by default one for each core that the process may use. From 1 to 1000. */
  readonly processes?: OptionInput<typeof supervisorTable, 'processes'> | undefined;
  /**
   * How many workers may end unasked within `restartWindowMs`, for each of `processes`; one more, and the supervisor gives up. An end that
   * a job is suspected of (`poisonLimit`) does not count. From 0 to 1000000; by default 5.
   */
  readonly restartLimit?: OptionInput<typeof supervisorTable, 'restartLimit'> | undefined;
  /** The span in which `restartLimit` counts. In milliseconds, from 1 to 86400000; by default 10000. */
  readonly restartWindowMs?: OptionInput<typeof supervisorTable, 'restartWindowMs'> | undefined;
  /**
   * How long a worker may take to load its handlers and connect before it is killed. In milliseconds, from 100 to 3600000; by default
   * 30000.
   */
  readonly startMs?: OptionInput<typeof supervisorTable, 'startMs'> | undefined;
  /**
   * What keeps the queues, where that is not the Redis of `redis`: an engine with a `module`, by which each worker process makes it anew.
   */
  readonly engine?: OptionInput<typeof supervisorTable, 'engine'> | undefined;
  /**
   * Where to answer /metrics, /healthz and /readyz over HTTP; 0: on any free port. By default nowhere. Its workers keep `metrics` then.
   * From 0 to 65535.
   */
  readonly metricsPort?: OptionInput<typeof supervisorTable, 'metricsPort'> | undefined;
  /** The address to answer there: `0.0.0.0` for a container whose metrics are fetched from outside. By default "127.0.0.1". */
  readonly metricsHost?: OptionInput<typeof supervisorTable, 'metricsHost'> | undefined;
  /**
   * Within what time a backlog is to be worked off, as `acktor_desired_consumers` counts on it. In milliseconds, from 1000 to 86400000; by
   * default 60000.
   */
  readonly backlogMs?: OptionInput<typeof supervisorTable, 'backlogMs'> | undefined;
  /**
   * Whether SIGTERM and SIGINT drain the workers (a second one ends them at once), SIGHUP replaces them one by one and SIGUSR2 prints what
   * they do; `acktor work` sets it. By default false.
   */
  readonly handleSignals?: OptionInput<typeof supervisorTable, 'handleSignals'> | undefined;
  /** Where the supervisor writes its own log; its workers write JSON lines on standard error. */
  readonly logger?: OptionInput<typeof supervisorTable, 'logger'> | undefined;
}

// end: SupervisorOptions

/** The options once checked. */
export type CheckedSupervisorOptions = ReturnType<typeof supervisorOptions.check>;

function isTextArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}

function isQueueName(name: string): boolean {
  return nameFault('queue', name) === undefined;
}
