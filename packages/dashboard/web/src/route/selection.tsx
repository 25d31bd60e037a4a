// Which part of the fleet is shown: filters that are kept in the address.
import { Button, Choice, type ChoiceItem } from '../fields/controls.js';
import type { LiveFleet } from '../live/live-fleet.js';
import type { LiveConsumer, LiveWorker } from '../live/live-worker.js';
import { setFilters, type Filters } from './route.js';

export interface Selection {
  readonly queue: string | undefined;
  readonly host: string | undefined;
  readonly process: string | undefined;
  readonly job: string | undefined;
  /** A dotted state; its inner states belong to it. */
  readonly state: string | undefined;
}

export function selectionIn({ queue, host, process, job, state }: Filters): Selection {
  return { queue, host, process, job, state };
}

/** Whether the consumer belongs to the selection, whatever its state: a chart shows all states at once. */
export function isSelected(consumer: LiveConsumer, { queue, host, process, job }: Selection): boolean {
  const { worker, report } = consumer;
  if (queue !== undefined && report.queue !== queue) return false;
  if (!isOn(worker, { host, process })) return false;
  return job === undefined || report.held?.jobName === job;
}

export function isOn(worker: LiveWorker, { host, process }: Pick<Selection, 'host' | 'process'>): boolean {
  return (host === undefined || worker.report.host === host) && (process === undefined || worker.id === process);
}

export function isWithin(state: string, outer: string): boolean {
  return state === outer || state.startsWith(`${outer}.`);
}

interface SelectionBarProps {
  readonly fleet: LiveFleet;
  readonly selection: Selection;
}

const nothing = { queue: undefined, host: undefined, process: undefined, job: undefined, state: undefined };

/** The filters above the fleet. */
export function SelectionBar({ fleet, selection }: SelectionBarProps) {
  const workers = [...fleet.workers.values()];
  const ofHost = workers.filter(({ report }) => selection.host === undefined || report.host === selection.host);
  const jobs = [...fleet.consumers()].map(({ report }) => report.held?.jobName).filter((name) => name !== undefined);
  const lists: readonly (readonly [keyof Selection, string, readonly ChoiceItem[]])[] = [
    ['queue', 'all queues', named(fleet.queues.map(({ queue }) => queue))],
    ['host', 'all hosts', named(workers.map(({ report }) => report.host))],
    ['process', 'all processes', ofHost.map(({ id, name }) => ({ value: id, label: name }))],
    ['job', 'all jobs', named([...jobs, ...(selection.job === undefined ? [] : [selection.job])])],
  ];
  const isAny = Object.values(selection).some((value) => value !== undefined);
  return (
    <div className="selection" role="group" aria-label="Filters">
      {lists.map(([key, all, items]) => (
        <Choice
          key={key}
          label={`Filter by ${key}`}
          items={[{ value: '', label: all }, ...items]}
          value={selection[key] ?? ''}
          onChoose={(value) => setFilters({ [key]: value })}
        />
      ))}
      {selection.state === undefined ? null : <span className="chip">state: {selection.state}</span>}
      {isAny ? <Button onClick={() => setFilters(nothing)}>Show all</Button> : null}
    </div>
  );
}

function named(names: readonly string[]): readonly ChoiceItem[] {
  return [...new Set(names)].toSorted().map((name) => ({ value: name, label: name }));
}
