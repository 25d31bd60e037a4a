// Every consumer's states over the last minutes, and one consumer in full beside them.
import { useEffect, useRef } from 'react';
import { Button, Help } from '../../fields/controls.js';
import { LaneOptionsBar, laneOptionsIn } from '../../lanes/lane-options.js';
import { rowsThatFit } from '../../lanes/lane-view.js';
import { Lanes } from '../../lanes/lanes.js';
import type { LiveFleet } from '../../live/live-fleet.js';
import { useFleet } from '../../live/store.js';
import { Empty } from '../../notice/states.js';
import { setFilters, useRoute } from '../../route/route.js';
import { SelectionBar, selectionIn } from '../../route/selection.js';
import { ConsumerFacts } from './consumer-facts.js';

/** The height of the page's head and the panel's. */
const besidesPx = 230;

export function ConsumersPage() {
  const fleet = useFleet();
  const { filters } = useRoute();
  const selection = selectionIn(filters);
  const options = laneOptionsIn(filters);
  const chosen = filters['consumer'];
  return (
    <>
      <h1 className="unseen">Consumers</h1>
      <SelectionBar fleet={fleet} selection={selection} />
      <div className={chosen === undefined ? 'consumers' : 'consumers consumers-beside'}>
        <section className="panel" aria-label="Swimlanes">
          <div className="panel-head">
            <h2>States over time</h2>
            <LaneOptionsBar options={options} />
          </div>
          {fleet.workers.size === 0 ? (
            <Empty>No worker process is running. Start one with `acktor work`: it appears here by itself.</Empty>
          ) : (
            <Lanes
              {...options}
              selection={selection}
              mostRows={rowsThatFit(besidesPx)}
              onChoose={(consumer) => setFilters({ consumer })}
            />
          )}
        </section>
        {chosen === undefined ? null : <ConsumerPanel fleet={fleet} chosen={chosen} />}
      </div>
    </>
  );
}

interface ConsumerPanelProps {
  readonly fleet: LiveFleet;
  /** The consumer's key. */
  readonly chosen: string;
}

function ConsumerPanel({ fleet, chosen }: ConsumerPanelProps) {
  const consumer = [...fleet.consumers()].find(({ key }) => key === chosen);
  const { panel, close } = useOpenPanel();
  return (
    <section className="panel consumer-panel" aria-label="Consumer" ref={panel} tabIndex={-1}>
      <div className="panel-head">
        <h2>{consumer === undefined ? 'Consumer' : consumer.report.consumer}</h2>
        <Help about="a consumer" terms={terms} />
        <Button onClick={close}>Close</Button>
      </div>
      {consumer === undefined ? (
        <Empty>This consumer is gone: its process has ended. If it held a job, that is back in its queue.</Empty>
      ) : (
        <ConsumerFacts fleet={fleet} consumer={consumer} />
      )}
    </section>
  );
}

/** Moves the keyboard's focus into the panel when it opens, and back to the lanes when it closes, as Escape does. */
function useOpenPanel() {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) close();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return { panel, close };
}

function close(): void {
  setFilters({ consumer: undefined });
  document.querySelector<HTMLElement>('.lane-list')?.focus({ preventScroll: true });
}

const terms = [
  ['State', 'where on its chart the consumer is, since when, and what that means.'],
  ['Holds', 'the job that it has been given, and which attempt this is. It has at most one.'],
  [
    'Event loop late by',
    'how much later than due the process ran its timers. Much of it means that a handler keeps the processor busy.',
  ],
  ['Blocked', 'the process has not moved at all for that long; its lease is kept by a thread of its own.'],
  ['Memory', 'of the whole process.'],
] as const;
