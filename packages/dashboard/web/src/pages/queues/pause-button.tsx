// Stops a queue's deliveries in the whole fleet, or lets them go on.
import { useState } from 'react';
import type { QueueLine } from '#protocol/live.js';
import { ActDialog } from '../../fields/act-dialog.js';
import { Button } from '../../fields/button.js';
import { plural } from '../../numbers/format.js';
import { path, write } from '../../requests/request.js';
import { useSession } from '../../session/session.js';

export function PauseButton({ line }: { readonly line: QueueLine }) {
  const [isAsked, ask] = useState(false);
  const { csrf } = useSession();
  const { queue, isPaused, waiting, active } = line;
  const act = async () => {
    await write(isPaused ? path`api/queues/${queue}/resume` : path`api/queues/${queue}/pause`, csrf);
    return isPaused ? `${queue} goes on.` : `${queue} is paused.`;
  };
  return (
    <>
      <Button onClick={() => ask(true)} aria-label={`${isPaused ? 'Resume' : 'Pause'} ${queue}`}>
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      {isAsked ? (
        <ActDialog
          title={isPaused ? `Resume ${queue}?` : `Pause ${queue}?`}
          act={isPaused ? 'Resume' : 'Pause'}
          look="strong"
          isReady
          onAct={act}
          onClose={() => ask(false)}
        >
          {isPaused ? (
            <p>Its consumers fetch again; {plural(waiting, 'job')} wait.</p>
          ) : (
            <p>
              No consumer of any process fetches from it until it is resumed. {plural(waiting, 'waiting job')} stay,{' '}
              {plural(active, 'delivery', 'deliveries')} under way are finished, and jobs can still be sent.
            </p>
          )}
        </ActDialog>
      ) : null}
    </>
  );
}
