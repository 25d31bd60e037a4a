/**
 * What a cancel did. `removed`: the job waited, and is gone. `signalled`: a worker has it, and was told; should that worker
 * die first, the next one finds the mark and dead-letters the job. `ended`: it was acked or dead-lettered before. `notFound`:
 * the queue knows no job of that id.
 */
export type CancelOutcome = 'removed' | 'signalled' | 'ended' | 'notFound';
