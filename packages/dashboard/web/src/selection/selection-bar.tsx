// The filters above the fleet: queue, host, process and job.
import { Button } from '../fields/button.js';
import { Choice, type ChoiceItem } from '../fields/choice.js';
import type { FleetModel } from '../live/fleet-model.js';
import { setFilters } from '../route/route.js';
import type { Selection } from './selection.js';

interface SelectionBarProps {
  readonly fleet: FleetModel;
  readonly selection: Selection;
}

const nothing = { queue: undefined, host: undefined, process: undefined, job: undefined, state: undefined };

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
