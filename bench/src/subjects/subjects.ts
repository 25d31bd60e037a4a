// Who can be put under test.

/** Each is an entry of its own beside this file; `pipelined-client` alone needs no process. */
export type SubjectName = 'acktor' | 'bullmq' | 'bullmq-workers' | 'rabbitmq' | 'bee-queue' | 'pipelined-client';

/** Who is compared with Acktor. */
export type PeerName = Exclude<SubjectName, 'acktor'>;

/** Whether its work of Redis is done by scripts, whose time is known; what plain commands take cannot be told from what scripts call. */
export function worksByScripts(subject: SubjectName): boolean {
  return subject !== 'bee-queue';
}

/** Whose queues are on which server. */
export function serverOf(subject: SubjectName): 'redis' | 'rabbitmq' {
  return subject === 'rabbitmq' ? 'rabbitmq' : 'redis';
}
