// The messages between workers and fleet watches: requests in one direction, answers and events in the other.
import type { MachineDefinition } from './fleet.js';
import type { WorkerFrame, EventLoopReport, WorkerReport } from './worker-report.js';

/** A request of a fleet watch to a worker process. */
export type FleetRequest =
  /** Asks for a report. The answer goes `to` the asker and names the `ask`. */
  | { readonly type: 'report'; readonly to: string; readonly ask: string }
  | { readonly type: 'machine'; readonly to: string; readonly ask: string; readonly machineId: string }
  /** Announces a watch, again every few seconds. */
  | { readonly type: 'watch' };

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

/** To all watches. */
export type FleetEvent =
  | { readonly type: 'frame'; readonly frame: WorkerFrame }
  | { readonly type: 'joined' | 'left'; readonly workerId: string };

/** The parts of a report's answer. The report itself, without its event loop, is JSON already: its sender need not parse it. */
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

export function writeFleetEvent(type: 'joined' | 'left', workerId: string): string {
  return JSON.stringify({ type, workerId });
}

export function writeFleetRequest(ask: FleetRequest): string {
  return JSON.stringify(ask);
}

function withPart(head: object, name: string, json: string): string {
  return `${JSON.stringify(head).slice(0, -1)},"${name}":${json}}`;
}
