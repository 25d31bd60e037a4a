// Reads the messages of a child process: a handler in it may send anything to its parent process, too.
import type { Suspect, Trials } from '@acktor/core/engine';
import {
  amount,
  byType,
  count,
  flag,
  listOf,
  MISFIT,
  oneOf,
  optional,
  shape,
  text,
  type Reader,
} from '@acktor/core/internal';
import type { ConsumerState, MetricsData } from '@acktor/worker';
import type { StuckState } from '@acktor/worker/internal';
import type { ChildReport } from './child-protocol.js';

/** Returns undefined for anything but a report; never throws. */
export function readReport(message: unknown): ChildReport | undefined {
  const read = report(message);
  return read === MISFIT ? undefined : read;
}

const states = listOf(
  shape<ConsumerState>({
    consumer: text(),
    queue: text(),
    state: text(),
    jobId: optional(text(64 * 1_024)),
    heldForMs: optional(amount),
    stuck: optional(shape<StuckState>({ jobId: text(64 * 1_024), forMs: amount })),
  }),
  100_000,
);

type Metric = MetricsData[number];

/** prom-client writes and adds up its own objects: only the parts that it reads are checked. */
const metric: Reader<Metric> = (value) => (hasValues(value) ? (value as Metric) : MISFIT);

const list = listOf(metric, 10_000);

const metrics: Reader<MetricsData> = (value) => {
  const read = list(value);
  return read === MISFIT ? MISFIT : [...read];
};

const trials = shape<Trials>({
  suspects: listOf(shape<Suspect>({ queue: text(), jobId: text(64 * 1_024) }), 10_000),
  isAlone: flag,
});

const report = byType<ChildReport>({
  running: shape({ type: oneOf('running'), workerId: text(), queues: listOf(text(), 10_000) }),
  failed: shape({ type: oneOf('failed'), code: optional(text()), message: text(100_000) }),
  states: shape({ type: oneOf('states'), question: count, states }),
  metrics: shape({ type: oneOf('metrics'), question: count, metrics }),
  trials: shape({ type: oneOf('trials'), trials }),
  ended: shape({ type: oneOf('ended'), metrics }),
});

function hasValues(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const isNamed = 'name' in value && typeof value.name === 'string' && 'type' in value;
  return isNamed && 'values' in value && Array.isArray(value.values) && value.values.every(isObject);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
