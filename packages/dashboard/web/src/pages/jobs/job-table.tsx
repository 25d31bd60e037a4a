// Jobs in a table.
import type { JobLine, JobPlace } from '#protocol/requests.js';
import { moment } from '../../figures/format.js';
import { Link } from '../../route/route.js';
import type { Tone } from '../../theme/palette.js';

export function JobTable({ jobs }: { readonly jobs: readonly JobLine[] }) {
  return (
    <div className="scrolls" role="region" aria-label="Jobs" tabIndex={0}>
      <table className="table">
        <JobHead />
        <tbody>
          {jobs.map((job) => (
            <tr key={`${job.queue} ${job.id}`}>
              <th scope="row">
                <Link page="jobs" rest={[job.queue, job.id]} className="identity clamp" title={job.id}>
                  {job.id}
                </Link>
              </th>
              <td>{job.name}</td>
              <td>{job.queue}</td>
              <td>
                <PlaceChip place={job.place} />
              </td>
              <td className="number">{moment(job.sentAtMs)}</td>
              <td className="number">{job.attemptsMade}</td>
              <td className="number">{job.deliveries}</td>
              <td className="reason" title={job.reason}>
                {job.reason}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function JobHead() {
  return (
    <thead>
      <tr>
        <th scope="col">id</th>
        <th scope="col">job</th>
        <th scope="col">queue</th>
        <th scope="col">place</th>
        <th scope="col" className="number">
          sent
        </th>
        <th scope="col" className="number">
          attempts
        </th>
        <th scope="col" className="number" title="More than attempts when workers died with the job">
          deliveries
        </th>
        <th scope="col">reason</th>
      </tr>
    </thead>
  );
}

export const places = [
  'active',
  'waiting',
  'waitingForChildren',
  'delayed',
  'acked',
  'deadLettered',
] as const satisfies readonly JobPlace[];

export const placeNames: Readonly<Record<JobPlace, string>> = {
  active: 'active',
  waiting: 'waiting',
  waitingForChildren: 'waiting for children',
  delayed: 'delayed',
  acked: 'acked',
  deadLettered: 'dead-lettered',
};

export const placeTones: Readonly<Record<JobPlace, Tone>> = {
  active: 'processing',
  waiting: 'fetching',
  waitingForChildren: 'other',
  delayed: 'idle',
  acked: 'acking',
  deadLettered: 'rejecting',
};

/** Where a job is: a mark with its name. */
export function PlaceChip({ place }: { readonly place: JobPlace }) {
  return (
    <span className="place">
      <span className={`mark tone-${placeTones[place]}`} aria-hidden /> {placeNames[place]}
    </span>
  );
}
