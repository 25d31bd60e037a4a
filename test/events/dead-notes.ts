// A handler file as a user's build leaves it, with what is to be called when a job of it is dead.
import { handles, onDead, reject, type Handler } from '@acktor/worker';
import { note } from '../jobs/notes.js';

@handles(note)
export class RejectNote implements Handler<typeof note> {
  handle() {
    return reject({ deadLetter: 'no use' });
  }
}

/** What it fails with is in the worker's log, where a test can read it. */
export const mend = onDead(note, ({ data }) => {
  throw new Error(data?.text);
});
