// Jobs: found by id, or listed by queue and place; one of them in full under its own address.
import { useState, type SubmitEvent } from 'react';
import type { JobPage as Page, JobPlace } from '#protocol/requests.js';
import { Button, Choice, Segments } from '../../fields/controls.js';
import { useFleet } from '../../live/store.js';
import { Empty } from '../../notice/states.js';
import { Pages } from '../../requests/pages.js';
import { path } from '../../requests/request.js';
import { setFilters, useRoute, type Filters } from '../../route/route.js';
import { JobPage } from './job-page.js';
import { JobTable, placeNames, places } from './job-table.js';

export function JobsPage() {
  const { rest, filters } = useRoute();
  const [queue, id] = rest;
  if (queue !== undefined && id !== undefined) return <JobPage key={`${queue} ${id}`} queue={queue} id={id} />;
  const search = filters['id'];
  return (
    <>
      <h1 className="title">Jobs</h1>
      <JobSearch key={search} searched={search} />
      <JobListPanel key={JSON.stringify(filters)} filters={filters} />
    </>
  );
}

function JobSearch({ searched }: { readonly searched: string | undefined }) {
  const [id, setId] = useState(searched ?? '');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setFilters({ id: id.trim() });
  };
  return (
    <form className="search" role="search" onSubmit={submit}>
      <label htmlFor="job-id">Job id</label>
      <input
        id="job-id"
        type="search"
        value={id}
        placeholder="the whole id, in any queue"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setId(event.target.value)}
      />
      <Button type="submit" look="strong">
        Find
      </Button>
      {searched === undefined ? null : <Button onClick={() => setFilters({ id: undefined })}>Back to the list</Button>}
    </form>
  );
}

function JobListPanel({ filters }: { readonly filters: Filters }) {
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
