// What travels between the fleet and those who look at it: asks in the one direction, answers and news in the other.
import type { FleetAsk } from './fleet-line.js';
import type { MachineDefinition } from './fleet.js';
import type { WorkerFrame } from './worker-frame.js';
import type { EventLoopReport, WorkerReport } from './worker-report.js';

/** To one asker. */
export type FleetAnswer =
  | {
      readonly type: 'report';
      readonly ask: string;
      /** The number of the last frame that the report has in it. */
      readonly sequence: number;
      readonly report: WorkerReport;
    }
  | { readonly type: 'machine'; readonly ask: string; readonly machine: MachineDefinition | undefined };

/** To all who watch. */
export type FleetNews =
  | { readonly type: 'frame'; readonly frame: WorkerFrame }
  | { readonly type: 'joined' | 'left'; readonly workerId: string };

/** The parts of a report's answer. The report itself, without its event loop, is JSON already: whoever says it need not read it. */
export interface ReportText {
  readonly ask: string;
  readonly sequence: number;
  readonly eventLoop: EventLoopReport;
  readonly report: string;
}

/** The parts of a frame. What changed is JSON already: `consumers`, `gone`, `steps`, `totals`. */
export interface FrameText extends Pick<WorkerFrame, 'workerId' | 'sequence' | 'atMs' | 'eventLoop'> {
  readonly changes: string;
}

export function writeReport({ report, ...head }: ReportText): string {
  return withPart({ type: 'report', ...head }, 'report', report);
}

export function writeFrame({ changes, ...head }: FrameText): string {
  return withPart({ type: 'frame', ...head }, 'changes', changes);
}

/** `definition` is JSON already; undefined says that this process does not know the machine. */
export function writeMachine(ask: string, id: string, definition: string | undefined): string {
  if (definition === undefined) return JSON.stringify({ type: 'machine', ask });
  return withPart({ type: 'machine', ask, id }, 'definition', definition);
}

export function writeNews(type: 'joined' | 'left', workerId: string): string {
  return JSON.stringify({ type, workerId });
}

export function writeAsk(ask: FleetAsk): string {
  return JSON.stringify(ask);
}

/** Undefined for anything that is no ask; never throws. */
export function readAsk(text: string): FleetAsk | undefined {
  const { type, to, ask, machineId } = fieldsIn(text);
  if (type === 'watch') return { type };
  if (!isName(to) || !isName(ask)) return undefined;
  if (type === 'report') return { type, to, ask };
  return type === 'machine' && typeof machineId === 'string' ? { type, to, ask, machineId } : undefined;
}

/** Undefined for anything that is no answer; never throws. The inner parts of a report are not looked at. */
export function readAnswer(text: string): FleetAnswer | undefined {
  const { type, ask, sequence, eventLoop, report, id, definition } = fieldsIn(text);
  if (!isName(ask)) return undefined;
  if (type === 'report' && typeof sequence === 'number' && isWorkers(report))
    return { type, ask, sequence, report: { ...report, eventLoop } as WorkerReport };
  if (type !== 'machine') return undefined;
  return { type, ask, machine: typeof id === 'string' && isObject(definition) ? { id, definition } : undefined };
}

/** Undefined for anything that is no news; never throws. The inner parts of a frame are not looked at. */
export function readNews(text: string): FleetNews | undefined {
  const { type, changes, workerId, ...head } = fieldsIn(text);
  if (typeof workerId !== 'string') return undefined;
  if (type === 'joined' || type === 'left') return { type, workerId };
  if (type !== 'frame' || typeof head['sequence'] !== 'number' || !isObject(changes)) return undefined;
  return { type, frame: { ...changes, ...head, workerId } as unknown as WorkerFrame };
}

function withPart(head: object, name: string, json: string): string {
  return `${JSON.stringify(head).slice(0, -1)},"${name}":${json}}`;
}

function fieldsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(text);
    return isObject(data) ? data : {};
  } catch {
    return {};
  }
}

function isObject(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function isWorkers(report: unknown): report is Readonly<Record<string, unknown>> {
  return isObject(report) && typeof report['workerId'] === 'string' && Array.isArray(report['consumers']);
}

/** What may stand in a channel's name. */
function isName(data: unknown): data is string {
  return typeof data === 'string' && /^[\w-]{1,128}$/.test(data);
}
