// A list of jobs, page after page.
import type { JobPage as Page, JobPlace } from '#protocol/requests.js';
import { Choice } from '../../fields/choice.js';
import { Segments } from '../../fields/segments.js';
import { useFleet } from '../../live/store.js';
import { Empty } from '../../notice/states.js';
import { path } from '../../requests/request.js';
import { Pages } from '../../requests/pages.js';
import { setFilters, type Filters } from '../../route/route.js';
import { JobTable } from './job-table.js';
import { placeNames, places } from './places.js';

export function JobListPanel({ filters }: { readonly filters: Filters }) {
  const fleet = useFleet();
  const queue = filters['queue'] ?? fleet.queues[0]?.queue;
  const place = places.find((name) => name === filters['place']) ?? 'active';
  const { id } = filters;
  return (
    <section className="panel" aria-label="List of jobs">
      {id === undefined ? <ListHead queue={queue ?? ''} place={place} /> : <h2>Jobs with the id {id}</h2>}
      {queue === undefined && id === undefined ? (
        <Empty>No queue has had a job yet.</Empty>
      ) : (
        <Pages<Page>
          path={id === undefined ? path`api/queues/${queue ?? ''}/jobs?state=${place}` : path`api/jobs?id=${id}`}
          what="jobs"
        >
          {(pages) => {
            const jobs = pages.flatMap((page) => page.jobs);
            return jobs.length === 0 ? <Empty>{emptyWords(id, place)}</Empty> : <JobTable jobs={jobs} />;
          }}
        </Pages>
      )}
    </section>
  );
}

function emptyWords(id: string | undefined, place: JobPlace): string {
  if (id !== undefined) return 'No queue has a job with this id. Acked jobs are kept for a while only.';
  return `No job is ${placeNames[place]} here.`;
}

function ListHead({ queue, place }: { readonly queue: string; readonly place: JobPlace }) {
  const fleet = useFleet();
  return (
    <div className="panel-head">
      <h2>By queue</h2>
      <Choice
        label="Queue"
        items={fleet.queues.map((line) => ({ value: line.queue, label: line.queue }))}
        value={queue}
        onChoose={(value) => setFilters({ queue: value })}
      />
      <Segments
        label="Place"
        items={places.map((value) => ({ value, label: placeNames[value] }))}
        value={place}
        onChoose={(value) => setFilters({ place: value })}
      />
    </div>
  );
}
