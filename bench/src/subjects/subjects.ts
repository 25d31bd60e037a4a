// What can be put under test.

/** Each is an entry of its own beside this file; `pipelined-client` alone needs no process. */
export type SubjectName = 'acktor' | 'bullmq' | 'bullmq-workers' | 'rabbitmq' | 'bee-queue' | 'pipelined-client';

/** What Acktor is compared with. */
export type PeerName = Exclude<SubjectName, 'acktor'>;

/** Whether scripts do its work in Redis. Their time is known; that of plain commands is counted together with what scripts call. */
export function worksByScripts(subject: SubjectName): boolean {
  return subject !== 'bee-queue';
}

/** Whose queues are on which server. */
export function serverOf(subject: SubjectName): 'redis' | 'rabbitmq' {
  return subject === 'rabbitmq' ? 'rabbitmq' : 'redis';
}
