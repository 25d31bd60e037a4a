// Names a worker process in lease tokens, presence channels and logs.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Host, process id and a random part: readable, and never used twice, so that a dead process cannot be taken for a new one. */
export function newWorkerId(): string {
  const host = hostname().replaceAll(/[^A-Za-z0-9_-]/g, '-');
  return `${host}-${process.pid}-${randomBytes(4).toString('hex')}`;
}
