// A list that the server returns in pages: each answer has the cursor of the next.
import { useState, type ReactNode } from 'react';
import { Button } from '../fields/controls.js';
import { Answered, Failed } from '../notice/states.js';
import { read, RequestError, useAnswer } from './request.js';

interface Page {
  readonly cursor: string | undefined;
}

interface PagesProps<Answer> {
  readonly path: string;
  readonly what: string;
  readonly children: (pages: readonly Answer[], again: () => void) => ReactNode;
}

export function Pages<Answer extends Page>({ path, what, children }: PagesProps<Answer>) {
  const [answer, again] = useAnswer<Answer>(path);
  const [more, setMore] = useState<readonly Answer[]>([]);
  const [fault, setFault] = useState<RequestError>();
  const restart = () => {
    setMore([]);
    again();
  };
  const add = (cursor: string) => {
    const next = `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    read<Answer>(next).then(
      (page) => setMore((pages) => [...pages, page]),
      (error: unknown) => setFault(error instanceof RequestError ? error : undefined),
    );
  };
  return (
    <Answered answer={answer} what={what} onAgain={restart}>
      {(first) => {
        const pages = [first, ...more];
        const cursor = pages.at(-1)?.cursor;
        return (
          <>
            {children(pages, restart)}
            {fault === undefined ? null : <Failed error={fault} />}
            {cursor === undefined ? null : <Button onClick={() => add(cursor)}>Show more</Button>}
          </>
        );
      }}
    </Answered>
  );
}
