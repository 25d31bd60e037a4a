// Decides at connect whether a server keeps what it accepts, and what to do when it does not.
import { visible } from '../../../foreign-text/foreign-text.js';
import { describeFault, NotDurableError, ServerTooOldError, type DurabilityFault } from './redis-errors.js';
import { isVersionAtLeast, type ServerFacts, type PersistenceFacts } from './server-facts.js';

/** What to do with a server that may lose accepted jobs: refuse it, warn and go on, or do not check. */
export type Durability = 'require' | 'warn' | 'off';

export interface ServerCheckOptions {
  /** Default `require`. */
  readonly durability?: Durability;
  /** Called once for each fault under `warn`, and for what an old server cannot do. Default: a process warning. */
  readonly warn?: (message: string) => void;
}

/**
 * Checks that the server with these facts keeps accepted jobs.
 *
 * A setting that the server does not reveal (managed servers forbid CONFIG) counts as right.
 *
 * @throws {ServerTooOldError} below Redis 6.2. From 6.2 to 7.0 it only warns of what will be missing.
 * @throws {NotDurableError} under `require`, with every setting at fault.
 */
export function checkServer(facts: ServerFacts, options: ServerCheckOptions = {}): void {
  const { durability = 'require', warn = warnOnProcess } = options;
  checkVersion(facts, warn);
  const faults = durability === 'off' ? [] : findDurabilityFaults(facts.persistence);
  if (durability === 'require' && faults.length > 0) throw new NotDurableError(faults);
  for (const fault of faults) warn(describeFault(fault));
}

function checkVersion({ kind, version, hasShardPubSub }: ServerFacts, warn: (message: string) => void): void {
  if (kind === 'redis' && !isVersionAtLeast(version, 6, 2)) throw new ServerTooOldError(version);
  if (hasShardPubSub) return;
  warn(
    `Redis ${version} has no sharded pub/sub, by which a killed worker is noticed at once: its jobs come back only ` +
      `when their leases expire. Upgrade to Redis 7.0 or later.`,
  );
}

function warnOnProcess(message: string): void {
  process.emitWarning(visible(message), { type: 'AcktorWarning', code: 'ACKTOR_SERVER' });
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
