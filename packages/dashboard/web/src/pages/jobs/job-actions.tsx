// What an operator may do with one job.
import { useState } from 'react';
import type { JobView } from '#protocol/requests.js';
import { ActDialog } from '../../fields/act-dialog.js';
import { Button } from '../../fields/controls.js';
import { path, write } from '../../requests/request.js';
import { useSession } from '../../session/session.js';

type Action = 'retry' | 'cancel';

interface JobActionsProps {
  readonly job: JobView;
  readonly onChanged: () => void;
}

export function JobActions({ job, onChanged }: JobActionsProps) {
  const [asked, ask] = useState<Action>();
  const { csrf } = useSession();
  const run = async (action: Action) => {
    const done = action === 'retry' ? await retry(job, csrf) : await cancel(job, csrf);
    onChanged();
    return done;
  };
  return (
    <>
      {job.place === 'deadLettered' || job.place === 'delayed' ? (
        <Button onClick={() => ask('retry')}>{job.place === 'delayed' ? 'Run now …' : 'Redrive …'}</Button>
      ) : null}
      {job.place === 'acked' || job.place === 'deadLettered' ? null : (
        <Button look="grave" onClick={() => ask('cancel')}>
          Cancel …
        </Button>
      )}
      {asked === undefined ? null : (
        <ActDialog {...textFor(asked, job)} isReady onAct={() => run(asked)} onClose={() => ask(undefined)}>
          <p>
            It touches one job: {job.name} <span className="identity">{job.id}</span> in {job.queue}.
          </p>
          {asked === 'cancel' ? (
            <p>While a handler works on it, its signal is aborted; the handler decides how it ends.</p>
          ) : null}
        </ActDialog>
      )}
    </>
  );
}

function textFor(action: Action, { place }: JobView) {
  if (action === 'cancel') return { title: 'Cancel this job?', act: 'Cancel 1 job', look: 'grave' } as const;
  return place === 'delayed'
    ? ({ title: 'Run this job now?', act: 'Run 1 job now', look: 'strong' } as const)
    : ({ title: 'Redrive this job?', act: 'Redrive 1 job', look: 'strong' } as const);
}

async function retry({ queue, id }: JobView, csrf: string): Promise<string> {
  await write(path`api/queues/${queue}/jobs/${id}/retry`, csrf);
  return `${id} is back in ${queue}.`;
}

async function cancel({ queue, id }: JobView, csrf: string): Promise<string> {
  const { outcome } = await write<{ readonly outcome: string }>(path`api/queues/${queue}/jobs/${id}/cancel`, csrf);
  return `Cancelling ${id}: ${outcome}.`;
}
