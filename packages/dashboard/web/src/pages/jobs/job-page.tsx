// One job: the path of each delivery through the chart, and what is kept of it.
import { useState } from 'react';
import type { JobView } from '#protocol/requests.js';
import { moment, plural } from '../../figures/format.js';
import { Answered } from '../../notice/states.js';
import { path, useAnswer } from '../../requests/request.js';
import { Link } from '../../route/route.js';
import { OperatorOnly } from '../../session/session.js';
import { AttemptTable } from './attempt-table.js';
import { DeliveryPath } from './delivery-path.js';
import { JobActions } from './job-actions.js';
import { JobOutput } from './job-output.js';
import { PlaceChip } from './job-table.js';

interface JobPageProps {
  readonly queue: string;
  readonly id: string;
}

const everyMs = 2_000;

export function JobPage({ queue, id }: JobPageProps) {
  const [answer, again] = useAnswer<JobView>(path`api/queues/${queue}/jobs/${id}`, everyMs);
  return (
    <>
      <p className="back">
        <Link page="jobs" filters={{ queue }}>
          ← Jobs of {queue}
        </Link>
      </p>
      <Answered answer={answer} what="the job" onAgain={again}>
        {(job) => <OneJob job={job} onChanged={again} />}
      </Answered>
    </>
  );
}

function OneJob({ job, onChanged }: { readonly job: JobView; readonly onChanged: () => void }) {
  const [chosen, choose] = useState<number>();
  const last = job.attempts.length - 1;
  const index = Math.min(chosen ?? last, last);
  return (
    <>
      <div className="panel-head">
        <h1 className="title">
          {job.name} <span className="identity">{job.id}</span>
        </h1>
        <OperatorOnly>
          <JobActions job={job} onChanged={onChanged} />
        </OperatorOnly>
      </div>
      <div className="job">
        <section className="panel" aria-label="Way through the chart">
          <DeliveryPath key={index} attempt={job.attempts[index]} number={index + 1} of={job.attempts.length} />
        </section>
        <section className="panel" aria-label="Facts">
          <JobFacts job={job} />
          <h3>Deliveries</h3>
          <AttemptTable attempts={job.attempts} chosen={index} onChoose={choose} />
        </section>
      </div>
      <JobOutput job={job} />
    </>
  );
}

function JobFacts({ job }: { readonly job: JobView }) {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Queue', job.queue],
    ['Sent', moment(job.sentAtMs)],
    ['Due', job.dueAtMs === undefined ? undefined : moment(job.dueAtMs)],
    ['Ended', job.endedAtMs === undefined ? undefined : moment(job.endedAtMs)],
    ['Attempts', `${job.attemptsMade} made, in ${plural(job.deliveries, 'delivery', 'deliveries')}`],
    ['Priority', job.priority === 0 ? undefined : String(job.priority)],
    ...Object.entries(job.meta).map(([name, text]) => [`Meta ${name}`, text] as const),
    ['Progress', job.progress],
    ['Reason', job.reason],
  ];
  return (
    <dl className="facts">
      <dt>Place</dt>
      <dd>
        <PlaceChip place={job.place} />
      </dd>
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
