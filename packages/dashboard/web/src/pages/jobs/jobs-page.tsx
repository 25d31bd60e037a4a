// Jobs: found by their id, or listed by queue and place; one of them in full under its own address.
import { useRoute } from '../../route/route.js';
import { JobListPanel } from './job-list-panel.js';
import { JobPage } from './job-page.js';
import { JobSearch } from './job-search.js';

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
