// Redrive and purge: first a preview of what would be touched, then the deed.
import { useState } from 'react';
import type { DeadLetterAction } from '#protocol/requests.js';
import { Button } from '../../fields/button.js';
import { OperatorOnly } from '../../session/session.js';
import { LetterDialog, type LetterDeed } from './letter-dialog.js';

interface LetterActsProps {
  readonly queue: string;
  readonly action: DeadLetterAction;
  /** Which dead letters, in words, for who hears the buttons. */
  readonly of: string;
  readonly onDone: () => void;
}

export function LetterActs({ queue, action, of, onDone }: LetterActsProps) {
  const [deed, ask] = useState<LetterDeed>();
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
      {deed === undefined ? null : <LetterDialog {...{ queue, action, deed, onDone }} onClose={() => ask(undefined)} />}
    </OperatorOnly>
  );
}
