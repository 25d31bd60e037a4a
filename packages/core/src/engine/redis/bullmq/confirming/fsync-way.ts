// How a server can be made to say that a job is on its disk.
import { isVersionAtLeast, type ServerFacts } from '../../connection/server-facts.js';
import { ConfirmUnsupportedError } from '../../../confirm-errors.js';

/**
 * `wait`: it is asked with WAITAOF. `watch`: it has WAITAOF, but one that may answer too early, so its figures are watched.
 * `always`: its every answer comes after the write to the disk.
 */
export type FsyncWay = 'wait' | 'watch' | 'always';

/** @throws ConfirmUnsupportedError when it cannot, with the ways out. */
export function fsyncWay(server: ServerFacts): FsyncWay {
  const { isAppendOnly, appendFsync, skipsFsyncOnRewrite } = server.persistence;
  if (isAppendOnly === false) refuse('this one writes no append-only file: run CONFIG SET appendonly yes');
  if (skipsFsyncOnRewrite) {
    refuse('this one leaves its disk be while it rewrites its file: run CONFIG SET no-appendfsync-on-rewrite no');
  }
  const { hasWaitAof } = server;
  if (appendFsync === 'always') return hasWaitAof ? 'wait' : 'always';
  if (!hasWaitAof) refuse(`${nameOf(server)} has no WAITAOF: run Redis 7.2 or later or any Valkey, ${OTHER_WAYS}`);
  if (isWaitAofTrue(server)) return 'wait';
  if (appendFsync === 'everysec') return 'watch';
  return refuse(`WAITAOF of ${nameOf(server)} may answer too early, and its appendfsync is not known: ${OTHER_WAYS}`);
}

const OTHER_WAYS = 'or run CONFIG SET appendfsync always, or confirm with { replicas: n }';

/**
 * Under `everysec` Redis 7.4.0 to 7.4.2 count unwritten data as written when less than a second has passed since the last write
 * (https://github.com/redis/redis/pull/13793). Valkey took that over: 8.0.1 was seen to answer WAITAOF with no fdatasync between.
 */
function isWaitAofTrue({ kind, version }: ServerFacts): boolean {
  if (kind === 'valkey') return false;
  const [, , patch = 0] = version.split('.').map(Number);
  return !isVersionAtLeast(version, 7, 4) || isVersionAtLeast(version, 7, 5) || patch >= 3;
}

function nameOf({ kind, version }: ServerFacts): string {
  return `${kind === 'valkey' ? 'Valkey' : 'Redis'} ${version}`;
}

function refuse(why: string): never {
  throw new ConfirmUnsupportedError('fsync', why);
}
