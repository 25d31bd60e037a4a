// What a job has left: error, result, log; and its payload on request.
import { useState } from 'react';
import type { JobView, PayloadView } from '#protocol/requests.js';
import { moment } from '../../figures/format.js';
import { Button } from '../../fields/controls.js';
import { Answered } from '../../notice/states.js';
import { path, useAnswer } from '../../requests/request.js';

export function JobOutput({ job }: { readonly job: JobView }) {
  return (
    <div className="output">
      <Text title="Error" text={job.stack} />
      <Text title="Result" text={job.result === undefined ? undefined : indented(job.result)} />
      <Steps steps={job.steps} />
      <Text title="Log" text={job.log.length === 0 ? undefined : job.log.join('\n')} />
      <Payload queue={job.queue} id={job.id} />
    </div>
  );
}

function Text({ title, text }: { readonly title: string; readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}

function Steps({ steps }: Pick<JobView, 'steps'>) {
  if (steps.length === 0) return null;
  return (
    <section className="panel" aria-label="Steps">
      <h2>Steps</h2>
      <div className="scrolls" role="region" aria-label="Steps of the job" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col" className="number">
                Stored
              </th>
              <th scope="col" className="number">
                Delivery
              </th>
            </tr>
          </thead>
          <tbody>
            {steps.map(({ name, storedAtMs, fence }) => (
              <tr key={name}>
                <th scope="row">
                  <span className="clamp" title={name}>
                    {name}
                  </span>
                </th>
                <td className="number">{moment(storedAtMs)}</td>
                <td className="number">{fence}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface PayloadProps {
  readonly queue: string;
  readonly id: string;
}

function Payload(props: PayloadProps) {
  const [isShown, show] = useState(false);
  return (
    <section className="panel" aria-label="Payload">
      <div className="panel-head">
        <h2>Payload</h2>
        <Button aria-expanded={isShown} onClick={() => show(!isShown)}>
          {isShown ? 'Hide payload' : 'Show payload'}
        </Button>
      </div>
      {isShown ? (
        <ShownPayload {...props} />
      ) : (
        <p className="dim">May hold what is private: shown only when asked for.</p>
      )}
    </section>
  );
}

function ShownPayload({ queue, id }: PayloadProps) {
  const [answer, again] = useAnswer<PayloadView>(path`api/queues/${queue}/jobs/${id}/payload`);
  return (
    <Answered answer={answer} what="the payload" onAgain={again}>
      {({ payload, redactedPaths }) => (
        <>
          <pre tabIndex={0}>{indented(payload)}</pre>
          {redactedPaths.length === 0 ? null : <p className="dim">Hidden: {redactedPaths.join(', ')}</p>}
        </>
      )}
    </Answered>
  );
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2);
  } catch {
    return json;
  }
}
