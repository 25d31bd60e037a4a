// Asks for confirmation of an action, and says first what it will affect.
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useState, type ReactNode } from 'react';
import { announce } from '../notice/announcer.js';
import { RequestError } from '../requests/request.js';
import { Button } from './controls.js';

export interface ActDialogProps {
  readonly title: string;
  /** What it will affect, and how many. */
  readonly children: ReactNode;
  /** On the button: a verb and a number. */
  readonly act: string;
  readonly look: 'strong' | 'grave';
  /** False while it is not known yet what it will affect. */
  readonly isReady: boolean;
  /** A text to type first, where the loss would be large. */
  readonly phrase?: string | undefined;
  /** Acts; resolves with what was done, in words. */
  readonly onAct: () => Promise<string>;
  readonly onClose: () => void;
}

export function ActDialog(props: ActDialogProps) {
  const { title, children, act, look, isReady, phrase, onClose } = props;
  const [typed, setTyped] = useState('');
  const { isBusy, fault, run } = useAct(props);
  const isTyped = phrase === undefined || typed === phrase;
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="dialog-veil" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />}>{children}</AlertDialog.Description>
          {phrase === undefined ? null : (
            <label className="dialog-phrase">
              <span>
                Type <b>{phrase}</b> to go on
              </span>
              <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
            </label>
          )}
          {fault === undefined ? null : <p role="alert">{fault}</p>}
          <div className="dialog-buttons">
            <AlertDialog.Close render={<Button>Leave it</Button>} />
            <Button look={look} disabled={!isReady || isBusy || !isTyped} onClick={() => void run()}>
              {act}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function useAct({ onAct, onClose }: ActDialogProps) {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const run = async () => {
    setBusy(true);
    try {
      announce(await onAct());
      onClose();
    } catch (error) {
      setFault(error instanceof RequestError ? error.message : String(error));
      setBusy(false);
    }
  };
  return { isBusy, fault, run };
}
