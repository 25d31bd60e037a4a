// What a view shows without data: each case says what it is and what to do.
import type { ReactNode } from 'react';
import { Button } from '../fields/controls.js';
import type { Answer, RequestError } from '../requests/request.js';

export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="empty" role="status">
      Loading {what} …
    </p>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

interface FailedProps {
  readonly error: RequestError;
  readonly onAgain?: (() => void) | undefined;
}

export function Failed({ error, onAgain }: FailedProps) {
  const [title, advice] = textFor(error);
  return (
    <div className="empty failed" role="alert">
      <p>
        <b>{title}</b>
      </p>
      <p className="dim">{advice}</p>
      {onAgain === undefined ? null : <Button onClick={onAgain}>Try again</Button>}
    </div>
  );
}

function textFor({ status, message }: RequestError): readonly [title: string, advice: string] {
  if (status === 0) return ['Out of reach', message];
  if (status === 403) return ['Not allowed', `${message} Ask whoever runs this dashboard for the operator’s role.`];
  if (status === 404) return ['Not there', message];
  return status === 503 ? ['Redis does not answer', message] : ['That did not work', message];
}

interface AnsweredProps<Value> {
  readonly answer: Answer<Value>;
  readonly what: string;
  readonly onAgain: () => void;
  readonly children: (value: Value) => ReactNode;
}

/** Shows an answer, or why there is none yet. */
export function Answered<Value>({ answer, what, onAgain, children }: AnsweredProps<Value>) {
  if (answer.state === 'loading') return <Loading what={what} />;
  return answer.state === 'failed' ? <Failed error={answer.error} onAgain={onAgain} /> : children(answer.value);
}
