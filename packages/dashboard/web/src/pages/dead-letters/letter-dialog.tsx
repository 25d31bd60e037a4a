// Shows which dead letters an act is for, and does it to those and no later ones.
import { useEffect, useState } from 'react';
import type { DeadLetterAction, DeadLetterPreview } from '#protocol/requests.js';
import { ActDialog } from '../../fields/act-dialog.js';
import { count, plural } from '../../numbers/format.js';
import { Failed, Loading } from '../../notice/states.js';
import { path, RequestError, write } from '../../requests/request.js';
import { useSession } from '../../session/session.js';

export type LetterDeed = 'redrive' | 'purge';

interface LetterDialogProps {
  readonly queue: string;
  readonly action: DeadLetterAction;
  readonly deed: LetterDeed;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function LetterDialog({ queue, action, deed, onDone, onClose }: LetterDialogProps) {
  const { csrf } = useSession();
  const preview = usePreview(queue, action, csrf);
  const number = preview !== undefined && !(preview instanceof RequestError) ? preview.count : undefined;
  const act = async () => {
    const untilMs = preview instanceof RequestError ? undefined : preview?.atMs;
    const body = untilMs === undefined ? action : { ...action, untilMs };
    const where =
      deed === 'redrive'
        ? path`api/queues/${queue}/dead-letters/redrive`
        : path`api/queues/${queue}/dead-letters/purge`;
    const done = await write<{ readonly count: number }>(where, csrf, body);
    onDone();
    return `${deed === 'redrive' ? 'Redrove' : 'Purged'} ${plural(done.count, 'dead letter')} of ${queue}.`;
  };
  const verb = deed === 'redrive' ? 'Redrive' : 'Purge';
  return (
    <ActDialog
      title={`${verb} dead letters of ${queue}?`}
      act={number === undefined ? verb : `${verb} ${count(number)}`}
      look={deed === 'redrive' ? 'strong' : 'grave'}
      isReady={number !== undefined && number > 0}
      phrase={deed === 'purge' && number !== undefined && number > 1 ? queue : undefined}
      onAct={act}
      onClose={onClose}
    >
      <Touched preview={preview} action={action} deed={deed} />
    </ActDialog>
  );
}

/** Asked once, when the dialog opens: what it shows is what is done. */
function usePreview(queue: string, action: DeadLetterAction, csrf: string) {
  const [preview, setPreview] = useState<DeadLetterPreview | RequestError>();
  const body = JSON.stringify(action);
  useEffect(() => {
    const where = path`api/queues/${queue}/dead-letters/preview`;
    write<DeadLetterPreview>(where, csrf, JSON.parse(body)).then(setPreview, (error: unknown) =>
      setPreview(error instanceof RequestError ? error : new RequestError(0, 'UNKNOWN', String(error))),
    );
  }, [queue, body, csrf]);
  return preview;
}

interface TouchedProps extends Pick<LetterDialogProps, 'action' | 'deed'> {
  readonly preview: DeadLetterPreview | RequestError | undefined;
}

function Touched({ preview, action, deed }: TouchedProps) {
  if (preview === undefined) return <Loading what="what it will touch" />;
  if (preview instanceof RequestError) return <Failed error={preview} />;
  const fate =
    deed === 'redrive' ? 'go back to the queue with fresh attempts' : 'are deleted with their history, for good';
  return (
    <>
      <p>
        <b className="figure">{plural(preview.count, 'dead letter')}</b> {fate}.
        {action.which === 'reason' ? ' They died of:' : ''}
      </p>
      {action.which === 'reason' ? <p className="quoted">{action.reason}</p> : null}
      <ul className="samples">
        {preview.sampleIds.map((id) => (
          <li key={id} className="identity">
            {id}
          </li>
        ))}
        {preview.count > preview.sampleIds.length ? (
          <li className="dim">and {count(preview.count - preview.sampleIds.length)} more</li>
        ) : null}
      </ul>
    </>
  );
}
