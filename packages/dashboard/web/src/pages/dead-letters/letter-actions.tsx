// Redrive and purge: a dialog shows first which dead letters would be affected, and only these are.
import { useEffect, useState } from 'react';
import type { DeadLetterAction, DeadLetterPreview } from '#protocol/requests.js';
import { ActDialog } from '../../fields/act-dialog.js';
import { Button } from '../../fields/controls.js';
import { count, plural } from '../../figures/format.js';
import { Failed, Loading } from '../../notice/states.js';
import { path, RequestError, write } from '../../requests/request.js';
import { OperatorOnly, useSession } from '../../session/session.js';

type LetterVerb = 'redrive' | 'purge';

interface LetterDialogProps {
  readonly queue: string;
  readonly action: DeadLetterAction;
  readonly verb: LetterVerb;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function LetterDialog({ queue, action, verb, onDone, onClose }: LetterDialogProps) {
  const { csrf } = useSession();
  const preview = usePreview(queue, action, csrf);
  const number = preview !== undefined && !(preview instanceof RequestError) ? preview.count : undefined;
  const act = async () => {
    const untilMs = preview instanceof RequestError ? undefined : preview?.atMs;
    const body = untilMs === undefined ? action : { ...action, untilMs };
    const where =
      verb === 'redrive'
        ? path`api/queues/${queue}/dead-letters/redrive`
        : path`api/queues/${queue}/dead-letters/purge`;
    const done = await write<{ readonly count: number }>(where, csrf, body);
    onDone();
    return `${verb === 'redrive' ? 'Redrove' : 'Purged'} ${plural(done.count, 'dead letter')} of ${queue}.`;
  };
  const label = verb === 'redrive' ? 'Redrive' : 'Purge';
  return (
    <ActDialog
      title={`${label} dead letters of ${queue}?`}
      act={number === undefined ? label : `${label} ${count(number)}`}
      look={verb === 'redrive' ? 'strong' : 'grave'}
      isReady={number !== undefined && number > 0}
      phrase={verb === 'purge' && number !== undefined && number > 1 ? queue : undefined}
      onAct={act}
      onClose={onClose}
    >
      <Touched preview={preview} action={action} verb={verb} />
    </ActDialog>
  );
}

/** Requested once, when the dialog opens: what it shows is what is done. */
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

interface TouchedProps extends Pick<LetterDialogProps, 'action' | 'verb'> {
  readonly preview: DeadLetterPreview | RequestError | undefined;
}

function Touched({ preview, action, verb }: TouchedProps) {
  if (preview === undefined) return <Loading what="what it will touch" />;
  if (preview instanceof RequestError) return <Failed error={preview} />;
  const fate =
    verb === 'redrive' ? 'go back to the queue with fresh attempts' : 'are deleted with their history, for good';
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

interface LetterActionsProps {
  readonly queue: string;
  readonly action: DeadLetterAction;
  /** Which dead letters, in words, for screen readers. */
  readonly of: string;
  readonly onDone: () => void;
}

export function LetterActions({ queue, action, of, onDone }: LetterActionsProps) {
  const [verb, ask] = useState<LetterVerb>();
  return (
    <OperatorOnly>
      <span className="acts">
        <Button onClick={() => ask('redrive')} aria-label={`Redrive ${of}`}>
          Redrive …
        </Button>
        <Button onClick={() => ask('purge')} look="grave" aria-label={`Purge ${of}`}>
          Purge …
        </Button>
      </span>
      {verb === undefined ? null : <LetterDialog {...{ queue, action, verb, onDone }} onClose={() => ask(undefined)} />}
    </OperatorOnly>
  );
}
