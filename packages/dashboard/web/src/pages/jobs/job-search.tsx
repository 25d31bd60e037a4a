// Finds a job by its id.
import { useState, type SubmitEvent } from 'react';
import { Button } from '../../fields/button.js';
import { setFilters } from '../../route/route.js';

export function JobSearch({ searched }: { readonly searched: string | undefined }) {
  const [id, setId] = useState(searched ?? '');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setFilters({ id: id.trim() });
  };
  return (
    <form className="search" role="search" onSubmit={submit}>
      <label htmlFor="job-id">Job id</label>
      <input
        id="job-id"
        type="search"
        value={id}
        placeholder="the whole id, in any queue"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setId(event.target.value)}
      />
      <Button type="submit" look="strong">
        Find
      </Button>
      {searched === undefined ? null : <Button onClick={() => setFilters({ id: undefined })}>Back to the list</Button>}
    </form>
  );
}
