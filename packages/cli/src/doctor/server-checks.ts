// What a doctor checks on the servers: whether they keep the jobs, have room for them, and answer in time.
import { findDurabilityFaults } from '@acktor/core/internal';
import { duration } from '../output/durations.js';
import { fail, ofEachServer, ok, warn, type Check } from './examination.js';

/** How long the server takes to answer: every fetch and every ack waits for it. */
const latencyCheck: Check = {
  name: 'latency',
  judge: ofEachServer(({ pingsMs }) => {
    const middleMs = pingsMs[Math.floor(pingsMs.length / 2)] ?? 0;
    const found = `half of ${pingsMs.length} pings took ${middleMs.toFixed(2)} ms or less, the slowest ${(pingsMs.at(-1) ?? 0).toFixed(1)} ms`;
    if (middleMs < SLOW_PING_MS) return ok(found);
    return (middleMs < TOO_SLOW_PING_MS ? warn : fail)(
      found,
      'run workers in the same zone as the server, and see what else keeps it busy',
    );
  }),
};

const SLOW_PING_MS = 10;
const TOO_SLOW_PING_MS = 250;

/** Which server it is: sharded pub/sub, by which dead workers are noticed at once, came with Redis 7.0. */
const versionCheck: Check = {
  name: 'version',
  judge: ofEachServer(({ facts: { kind, version, hasShardPubSub, hasWaitAof } }) => {
    const name = `${kind === 'valkey' ? 'Valkey' : 'Redis'} ${version}`;
    if (!hasShardPubSub)
      return warn(`${name}: no sharded pub/sub, dead workers are noticed late`, 'upgrade to Redis 7.0 or later');
    return ok(hasWaitAof ? name : `${name}; confirm: 'fsync' needs 7.2 unless appendfsync is always`);
  }),
};

/** Whether an accepted job outlives the server's death. */
const durabilityCheck: Check = {
  name: 'durability',
  judge: ofEachServer(({ facts: { persistence } }) => {
    const [fault] = findDurabilityFaults(persistence).filter(({ setting }) => setting !== 'maxmemory-policy');
    if (fault) return fail(`${fault.setting} is ${fault.actual}: ${fault.consequence}`, fault.remedy);
    const { isAppendOnly, appendFsync, skipsFsyncOnRewrite } = persistence;
    if (isAppendOnly === undefined)
      return warn('the server does not tell whether it keeps an append-only file', ASK_PROVIDER);
    if (skipsFsyncOnRewrite)
      return warn('no-appendfsync-on-rewrite is on: a power cut during a rewrite can lose more', NO_SKIP);
    return ok(`appendonly is yes, appendfsync ${appendFsync ?? 'is not told'}`);
  }),
};

const ASK_PROVIDER = "look it up in the provider's settings; appendonly should be yes";
const NO_SKIP = 'CONFIG SET no-appendfsync-on-rewrite no';

/** Whether the server deletes jobs when its memory runs short. */
const evictionCheck: Check = {
  name: 'eviction',
  judge: ofEachServer(({ facts: { persistence }, memory: { evictedKeys } }) => {
    const fault = findDurabilityFaults(persistence).find(({ setting }) => setting === 'maxmemory-policy');
    const evicted =
      evictedKeys > 0 ? `; ${evictedKeys.toLocaleString('en')} keys were evicted since the server started` : '';
    if (fault) return fail(`maxmemory-policy is ${fault.actual}: ${fault.consequence}${evicted}`, fault.remedy);
    if (evictedKeys > 0)
      return warn(`maxmemory-policy is noeviction now${evicted}`, 'compare what was sent with what was handled');
    return ok(`maxmemory-policy ${persistence.evictionPolicy === undefined ? 'is not told' : 'is noeviction'}`);
  }),
};

/** Whether the server can write its files. */
const diskCheck: Check = {
  name: 'disk',
  judge: ofEachServer(({ disk }) => {
    const { hasAppendFailed, hasRewriteFailed, hasSnapshotFailed } = disk;
    if (hasAppendFailed)
      return fail('the last write of the append-only file failed: sends and acks are refused', SEE_DISK);
    if (hasRewriteFailed) return warn('the last rewrite of the append-only file failed: it grows', SEE_DISK);
    if (hasSnapshotFailed) return warn('the last snapshot failed: the server may refuse writes for it', SEE_DISK);
    return ok('the last writes went well');
  }),
};

const SEE_DISK = "see the server's log and whether its disk is full";

/** How much room is left for jobs. */
const memoryCheck: Check = {
  name: 'memory',
  judge: ofEachServer(({ memory: { usedBytes, limitBytes, isLimitSet } }) => {
    if (limitBytes === undefined) return ok(`${megabytes(usedBytes)} used; the server does not tell how much it has`);
    const share = usedBytes / limitBytes;
    const limit = isLimitSet ? 'maxmemory' : "the machine's memory";
    const found = `${megabytes(usedBytes)} used, ${(share * 100).toFixed(0)} % of ${limit} (${megabytes(limitBytes)})`;
    if (share < TIGHT) return ok(found);
    return (share < FULL ? warn : fail)(
      found,
      'start more workers, purge dead letters, keep fewer acked jobs (ackedCount), or give it more memory',
    );
  }),
};

const TIGHT = 0.75;
const FULL = 0.95;

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0)} MiB`;
}

/** Whether this is the server that may be written to, and how far its replicas are behind. */
const replicasCheck: Check = {
  name: 'replicas',
  judge: ofEachServer(({ replication: { isReplica, replicas, mostLagBytes } }) => {
    if (isReplica) return fail('this server is a replica: it takes no jobs', 'name the primary in REDIS_URL');
    if (replicas === 0) return ok('none: when this server is lost, so are its jobs since the last backup');
    const found = `${replicas}, at most ${mostLagBytes.toLocaleString('en')} bytes behind`;
    if (mostLagBytes < FAR_BEHIND_BYTES) return ok(found);
    return warn(
      found,
      'a failover now loses jobs: see the network between them, or send with confirm: { replicas: 1 }',
    );
  }),
};

const FAR_BEHIND_BYTES = 1_048_576;

/** Whether a dead worker is noticed at once. */
const presenceCheck: Check = {
  name: 'presence',
  judge: ({ isPresenceReported, servers }) => {
    if (isPresenceReported) return ok('a connection that ends is noticed at once');
    if (servers.some(({ facts }) => !facts.hasShardPubSub)) return warn(UNNOTICED, 'upgrade to Redis 7.0 or later');
    return fail(
      UNNOTICED,
      'allow SSUBSCRIBE and PUBSUB to the user, and connect to the server without a proxy that pools connections',
    );
  },
};

const UNNOTICED =
  'a connection that ends goes unnoticed: jobs of a killed worker come back only when their leases expire';

/** Whether this machine and the server agree on the time: delayed jobs are due by the clocks of who sends and who fetches. */
const clockCheck: Check = {
  name: 'clock',
  judge: ofEachServer(({ clockAheadMs }) => {
    const skewMs = Math.abs(clockAheadMs);
    const found = `the server's clock is ${duration(skewMs)} ${clockAheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
    if (skewMs < SKEWED_MS) return ok(found);
    return (skewMs < FAR_OFF_MS ? warn : fail)(found, 'run a time service (NTP) on both');
  }),
};

const SKEWED_MS = 1_000;
const FAR_OFF_MS = 30_000;

/** Whether scripts keep the server from serving others. */
const slowScriptsCheck: Check = {
  name: 'slow scripts',
  judge: ofEachServer(({ slowScripts }, { atMs }) => {
    if (slowScripts === undefined) return ok('the server does not tell');
    const recent = slowScripts.filter((script) => atMs - script.atMs < RECENT_MS && script.tookMs > SLOW_SCRIPT_MS);
    if (recent.length === 0) return ok(`none took more than ${SLOW_SCRIPT_MS} ms in the last hour`);
    const slowest = Math.max(...recent.map(({ tookMs }) => tookMs));
    const found = `${recent.length} took more than ${SLOW_SCRIPT_MS} ms in the last hour, the slowest ${duration(slowest)}`;
    return warn(
      found,
      'see SLOWLOG GET, and whether the server swaps or shares its processor; no other client is served meanwhile',
    );
  }),
};

const RECENT_MS = 3_600_000;
const SLOW_SCRIPT_MS = 50;

/** In the order in which they are printed. */
export const serverChecks: readonly Check[] = [
  latencyCheck,
  versionCheck,
  durabilityCheck,
  evictionCheck,
  diskCheck,
  memoryCheck,
  replicasCheck,
  presenceCheck,
  clockCheck,
  slowScriptsCheck,
];
