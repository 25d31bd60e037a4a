// Decides at the door whether a server can be relied on, and what to do about it when it cannot.
import { visible } from '../../../foreign-text/foreign-text.js';
import { describeFault, findDurabilityFaults } from './durability.js';
import { NotDurableError, ServerTooOldError } from './redis-errors.js';
import { isVersionAtLeast, type ServerFacts } from './server-facts.js';

/** What to do with a server that may lose accepted jobs: refuse it, say so and go on, or do not look. */
export type Durability = 'require' | 'warn' | 'off';

export interface ServerCheckOptions {
  /** Default `require`. */
  readonly durability?: Durability;
  /** Told once for each fault under `warn`, and of what an old server cannot do. Default: a process warning. */
  readonly warn?: (message: string) => void;
}

/**
 * Checks at the door that the server with these facts can be relied on.
 *
 * A setting that the server does not tell (managed servers forbid CONFIG) is not held against it.
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
