// What a doctor finds, and how a check judges it.
import { randomUUID } from 'node:crypto';
import { Operator, type InspectionProgress, type OperatorOptions, type QueueDepth } from '@acktor/core';
import {
  brokerOptionTable,
  connectFleet,
  defineOptions,
  retentionOf,
  type ConnectedBroker,
  type QueueInspection,
  type QueueSymptoms,
  type Retention,
  type RetentionOptions,
  type WorkerReport,
} from '@acktor/core/engine';
import { connectBroker, connectLiveness, type RedisBroker, type ServerExam } from '@acktor/core/internal';
import { showProgress, type Progress } from '../output/output.js';

/** What was found, before it is judged. */
export interface Findings {
  /** Where the server is, without a password. */
  readonly address: string;
  /** Every server that has keys: one, or the primaries of a cluster. At least one. */
  readonly servers: readonly ServerExam[];
  /** Whether the server reported within half a second that a connection had gone. */
  readonly isPresenceReported: boolean;
  readonly queues: readonly QueueFindings[];
  readonly workers: readonly WorkerReport[];
  /** What is out of place among all keys; undefined when that was not asked for. */
  readonly inspection: QueueInspection | undefined;
  /** What the workers are to keep of jobs that have ended, as far as the configuration file says it. */
  readonly retention: Retention;
  readonly atMs: number;
}

export type QueueFindings = QueueDepth & QueueSymptoms;

const brokerOptions = defineOptions(brokerOptionTable);

/** What else is looked at, and by what. */
export interface Examining {
  /** Whether every key is looked at, too. */
  readonly isDeep: boolean;
  /** As the configuration file has it. */
  readonly retention: RetentionOptions;
}

/** Looks at the servers, the queues and the workers. @throws AddressError, BrokerUnreachableError, ServerTooOldError. */
export async function examine(options: OperatorOptions, { isDeep, retention: kept }: Examining): Promise<Findings> {
  const checked = brokerOptions.check({ ...options, ...kept, durability: 'off' });
  const connected = await connectBroker({ ...checked, name: 'acktor-doctor', warn: () => undefined });
  try {
    const [servers, isPresenceReported, queues, workers] = await Promise.all([
      connected.broker.examine(),
      testPresence(connected, checked),
      findQueues(connected),
      findWorkers(options),
    ]);
    const retention = retentionOf(checked);
    const inspection = isDeep ? await inspect(options) : undefined;
    const found = { servers, isPresenceReported, queues, workers, inspection, retention };
    return { address: connected.address, ...found, atMs: Date.now() };
  } finally {
    await connected.close();
  }
}

async function inspect(options: OperatorOptions): Promise<QueueInspection> {
  await using operator = await Operator.connect(options);
  return await inspectWithProgress(operator);
}

/** Looks through all keys, with a bar on a terminal. */
export async function inspectWithProgress(operator: Operator): Promise<QueueInspection> {
  let bar: Progress | undefined;
  const onProgress = ({ seen, keys }: InspectionProgress) => {
    bar ??= showProgress(keys, 'key');
    bar.update(seen);
  };
  try {
    return await operator.inspect({ onProgress });
  } finally {
    bar?.stop();
  }
}

type Checked = ReturnType<typeof brokerOptions.check>;

async function testPresence({ redis }: RedisBroker, { namespace, connectTimeoutMs }: Checked): Promise<boolean> {
  const process = `doctor-${randomUUID()}`;
  const liveness = await connectLiveness({
    address: redis,
    namespace,
    process,
    queues: ['acktor'],
    connectTimeoutMs,
    holdOffMs: 0,
  });
  try {
    return await liveness.testPresence();
  } finally {
    await liveness.close();
  }
}

async function findQueues({ broker }: ConnectedBroker): Promise<readonly QueueFindings[]> {
  const admin = broker.admin();
  const find = async (queue: string) => ({ ...(await admin.depth(queue)), ...(await admin.symptoms(queue)) });
  return Promise.all((await admin.queueNames()).map(find));
}

async function findWorkers(options: OperatorOptions) {
  await using fleet = await connectFleet(options);
  return await fleet.workers();
}

/** `ok`, or what is wrong, and then what to do about it. */
export type Verdict =
  | { readonly state: 'ok'; readonly found: string }
  | { readonly state: 'warn' | 'fail'; readonly found: string; readonly fix: string };

/** Looks at one thing, and says how it is. */
export interface Check {
  readonly name: string;
  readonly judge: (findings: Findings) => Verdict;
}

/** Judges each server for itself: the worst verdict stands for all. */
export function ofEachServer(judge: (exam: ServerExam, findings: Findings) => Verdict): Check['judge'] {
  return (findings) => worstOf(findings.servers.map((exam) => judge(exam, findings)));
}

export function ok(found: string): Verdict {
  return { state: 'ok', found };
}

export function warn(found: string, fix: string): Verdict {
  return { state: 'warn', found, fix };
}

export function fail(found: string, fix: string): Verdict {
  return { state: 'fail', found, fix };
}

/** @throws RangeError for none; there is at least one server. */
function worstOf(verdicts: readonly Verdict[]): Verdict {
  const worst = SEVERITY.map((state) => verdicts.find((verdict) => verdict.state === state)).find(Boolean);
  if (worst === undefined) throw new RangeError('expected at least one verdict');
  return worst;
}

const SEVERITY = ['fail', 'warn', 'ok'] as const;
