// The settings by which a server can lose what it has accepted, and the command that mends each.
import type { PersistenceFacts } from './server-facts.js';

/** One setting of the server by which accepted jobs can be lost. */
export interface DurabilityFault {
  readonly setting: 'appendonly' | 'appendfsync' | 'maxmemory-policy';
  readonly expected: string;
  readonly actual: string;
  /** The command that mends it on a running server. */
  readonly remedy: string;
  /** What happens to jobs while it stays as it is. */
  readonly consequence: string;
}

/** One fault in one sentence: what was expected, what came, what it leads to and what to do. */
export function describeFault({ setting, expected, actual, remedy, consequence }: DurabilityFault): string {
  return `expected ${setting} to be ${expected}, got ${actual} (${consequence}): run ${remedy}`;
}

/** Every setting by which a server with these facts can lose accepted jobs; empty when it is durable. */
export function findDurabilityFaults(persistence: PersistenceFacts): readonly DurabilityFault[] {
  return RULES.map((rule) => rule(persistence)).filter((fault) => fault !== undefined);
}

type Rule = (persistence: PersistenceFacts) => DurabilityFault | undefined;

const RULES: readonly Rule[] = [
  ({ isAppendOnly }) => (isAppendOnly === false ? APPEND_ONLY_OFF : undefined),
  // Without an append-only file its fsync policy means nothing; the first rule has said what to do.
  ({ isAppendOnly, appendFsync }) => (isAppendOnly !== false && appendFsync === 'no' ? FSYNC_OFF : undefined),
  ({ evictionPolicy = 'noeviction' }) => (evictionPolicy === 'noeviction' ? undefined : evicting(evictionPolicy)),
];

const APPEND_ONLY_OFF: DurabilityFault = {
  setting: 'appendonly',
  expected: 'yes',
  actual: 'no',
  remedy: 'CONFIG SET appendonly yes',
  consequence: 'a restart of the server loses every job since its last snapshot',
};

const FSYNC_OFF: DurabilityFault = {
  setting: 'appendfsync',
  expected: 'everysec or always',
  actual: 'no',
  remedy: 'CONFIG SET appendfsync everysec',
  consequence: 'a power cut can lose half a minute of jobs',
};

function evicting(policy: string): DurabilityFault {
  return {
    setting: 'maxmemory-policy',
    expected: 'noeviction',
    actual: policy,
    remedy: 'CONFIG SET maxmemory-policy noeviction',
    consequence: 'jobs are deleted when memory runs short',
  };
}
