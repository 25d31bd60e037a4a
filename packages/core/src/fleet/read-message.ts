// Reads messages of the fleet's pub/sub channels field by field: any client that may publish can write there, and so do newer versions.
import {
  amount,
  byType,
  count,
  jsonObject,
  listOf,
  moment,
  MISFIT,
  name,
  oneOf,
  optional,
  readForeignJson,
  shape,
  text,
} from '../foreign-text/reader.js';
import type { FleetAnswer, FleetRequest, FleetEvent } from './fleet-message.js';
import type { MachineDefinition } from './fleet.js';
import type {
  TransitionCount,
  WorkerFrame,
  ActorReport,
  ConsumerReport,
  EventLoopReport,
  HeldReport,
  QueueTotals,
  WorkerReport,
} from './worker-report.js';

/** Undefined for a malformed request; never throws. */
export function readFleetRequest(json: string): FleetRequest | undefined {
  return fitting(readForeignJson(json, request, MOST_REQUEST_CHARS));
}

/** Undefined for a malformed answer; never throws. */
export function readAnswer(json: string): FleetAnswer | undefined {
  const read = fitting(readForeignJson(json, answer, MOST_CHARS));
  if (read === undefined) return undefined;
  if (read.type === 'report') {
    const { type, ask: of, sequence, eventLoop, report } = read;
    return { type, ask: of, sequence, report: { ...report, eventLoop } };
  }
  const { type, ask: of, id, definition } = read;
  const machine: MachineDefinition | undefined =
    id === undefined || definition === undefined ? undefined : { id, definition };
  return { type, ask: of, machine };
}

/** Undefined for a malformed event; never throws. */
export function readFleetEvent(json: string): FleetEvent | undefined {
  const read = fitting(readForeignJson(json, event, MOST_CHARS));
  if (read?.type !== 'frame') return read;
  const { type, changes, ...head } = read;
  return { type, frame: { ...changes, ...head } };
}

function fitting<T>(read: T | typeof MISFIT): T | undefined {
  return read === MISFIT ? undefined : read;
}

/** A report of 100,000 consumers. */
export const MOST_CHARS = 32 * 1_024 * 1_024;
const MOST_REQUEST_CHARS = 4_096;
/** Of one process, or of one message. */
const MOST_ACTORS = 200_000;
const MOST_OTHERS = 10_000;
/** A job's id or name as any client may have given it: a process must not vanish from sight because it holds an odd one. */
const ODD_CHARS = 64 * 1_024;
/** More than any chart that people read. */
const MOST_CHART_PARTS = 20_000;
const MOST_CHART_DEPTH = 200;

const request = byType<FleetRequest>({
  report: shape({ type: oneOf('report'), to: name, ask: name }),
  machine: shape({ type: oneOf('machine'), to: name, ask: name, machineId: text() }),
  watch: shape({ type: oneOf('watch') }),
});

const held = shape<HeldReport>({
  jobId: text(ODD_CHARS),
  jobName: text(ODD_CHARS),
  attempt: count,
  heldSinceMs: moment,
});

const consumer = shape<ConsumerReport>({
  consumer: text(),
  queue: text(),
  state: text(),
  inStateSinceMs: moment,
  held: optional(held),
});

const actor = shape<ActorReport>({ actor: text(), machineId: text(), state: text(), inStateSinceMs: moment });

const totals = shape<QueueTotals>({
  queue: text(),
  acked: count,
  retried: count,
  requeued: count,
  deadLettered: count,
  leasesLost: count,
  redelivered: count,
});

const steps = shape<TransitionCount>({
  machineId: text(),
  queue: text(),
  from: text(),
  to: text(),
  count,
  dwellMsTotal: amount,
});

const eventLoop = shape<EventLoopReport>({
  lagP50Ms: amount,
  lagP99Ms: amount,
  lagMaxMs: amount,
  blockedForMs: amount,
});

/** As it travels: the heartbeat thread says the event loop beside it. */
const report = shape<Omit<WorkerReport, 'eventLoop'>>({
  workerId: name,
  host: text(),
  pid: count,
  version: text(),
  startedAtMs: moment,
  atMs: moment,
  state: text(),
  consumers: listOf(consumer, MOST_ACTORS),
  actors: optional(listOf(actor, MOST_ACTORS)),
  totals: listOf(totals, MOST_OTHERS),
  residentBytes: amount,
  machineIds: listOf(text(), MOST_OTHERS),
});

type Changes = Omit<WorkerFrame, 'workerId' | 'sequence' | 'atMs' | 'eventLoop'>;

const changes = shape<Changes>({
  state: optional(text()),
  consumers: listOf(consumer, MOST_ACTORS),
  actors: optional(listOf(actor, MOST_ACTORS)),
  gone: listOf(text(), MOST_ACTORS),
  steps: listOf(steps, MOST_OTHERS),
  totals: listOf(totals, MOST_OTHERS),
});

type AnswerText =
  | {
      readonly type: 'report';
      readonly ask: string;
      readonly sequence: number;
      readonly eventLoop: EventLoopReport;
      readonly report: Omit<WorkerReport, 'eventLoop'>;
    }
  | {
      readonly type: 'machine';
      readonly ask: string;
      readonly id?: string | undefined;
      readonly definition?: MachineDefinition['definition'] | undefined;
    };

const answer = byType<AnswerText>({
  report: shape({ type: oneOf('report'), ask: name, sequence: count, eventLoop, report }),
  machine: shape({
    type: oneOf('machine'),
    ask: name,
    id: optional(text()),
    definition: optional(jsonObject(MOST_CHART_PARTS, MOST_CHART_DEPTH)),
  }),
});

type EventText =
  | { readonly type: 'joined'; readonly workerId: string }
  | { readonly type: 'left'; readonly workerId: string }
  | ({ readonly type: 'frame'; readonly changes: Changes } & Pick<
      WorkerFrame,
      'workerId' | 'sequence' | 'atMs' | 'eventLoop'
    >);

const event = byType<EventText>({
  joined: shape({ type: oneOf('joined'), workerId: name }),
  left: shape({ type: oneOf('left'), workerId: name }),
  frame: shape({ type: oneOf('frame'), workerId: name, sequence: count, atMs: moment, eventLoop, changes }),
});
