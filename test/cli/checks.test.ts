import { retentionOf } from '@acktor/core/engine';
import type { ServerExam } from '@acktor/core/internal';
import { expect } from 'chai';
import { checks, type Findings } from '../cli-inside/inside.js';

const exam: ServerExam = {
  facts: {
    kind: 'redis',
    version: '7.2.5',
    runId: 'r',
    isCluster: false,
    hasShardPubSub: true,
    hasWaitAof: true,
    maxTextBytes: 536_870_912,
    persistence: {
      isAppendOnly: true,
      appendFsync: 'everysec',
      skipsFsyncOnRewrite: false,
      evictionPolicy: 'noeviction',
    },
  },
  pingsMs: [0.1, 0.2, 0.3],
  clockAheadMs: 3,
  memory: { usedBytes: 1, limitBytes: 100, isLimitSet: true, evictedKeys: 0 },
  disk: { hasAppendFailed: false, hasRewriteFailed: false, hasSnapshotFailed: false },
  replication: { isReplica: false, replicas: 1, mostLagBytes: 0 },
  slowScripts: [],
};

const well: Findings = {
  address: 'redis://db:6379',
  servers: [exam],
  isPresenceReported: true,
  queues: [],
  workers: [],
  inspection: undefined,
  retention: retentionOf({}),
  atMs: 10_000_000,
};

describe('the checks of acktor doctor', () => {
  const verdictOf = (name: string, findings: Partial<Findings>) =>
    checks.find((check) => check.name === name)?.judge({ ...well, ...findings });
  const ofServers = (name: string, ...changes: readonly Partial<ServerExam>[]) =>
    verdictOf(name, { servers: changes.map((change) => ({ ...exam, ...change })) });
  const { facts, disk, memory } = exam;
  const persistence = (change: Partial<typeof facts.persistence>) => ({
    facts: { ...facts, persistence: { ...facts.persistence, ...change } },
  });
  const slow = (tookMs: number, atMs: number) => ({ slowScripts: [{ tookMs, atMs }] });

  it('find nothing wrong where nothing is', () => {
    for (const { name } of checks) expect(verdictOf(name, {}), name).to.include({ state: 'ok' });
  });

  const cases: readonly (readonly [name: string, state: string, words: string, change: Partial<ServerExam>])[] = [
    ['latency', 'warn', '40.00 ms', { pingsMs: [39, 40, 41] }],
    ['latency', 'fail', '300.00 ms', { pingsMs: [300, 300, 300] }],
    ['latency', 'ok', 'the slowest 90.0 ms', { pingsMs: [1, 1, 90] }],
    ['version', 'warn', 'Redis 6.2.14', { facts: { ...facts, version: '6.2.14', hasShardPubSub: false } }],
    ['durability', 'warn', 'does not tell', persistence({ isAppendOnly: undefined })],
    ['durability', 'fail', 'appendfsync is no', persistence({ appendFsync: 'no' })],
    ['durability', 'warn', 'no-appendfsync-on-rewrite', persistence({ skipsFsyncOnRewrite: true })],
    ['eviction', 'fail', 'allkeys-lru', persistence({ evictionPolicy: 'allkeys-lru' })],
    ['eviction', 'warn', '7 keys were evicted', { memory: { ...memory, evictedKeys: 7 } }],
    ['disk', 'fail', 'append-only file failed', { disk: { ...disk, hasAppendFailed: true } }],
    ['disk', 'warn', 'rewrite', { disk: { ...disk, hasRewriteFailed: true } }],
    ['disk', 'warn', 'snapshot', { disk: { ...disk, hasSnapshotFailed: true } }],
    ['memory', 'warn', '80 % of maxmemory', { memory: { ...memory, usedBytes: 80 } }],
    ['memory', 'fail', '99 % of maxmemory', { memory: { ...memory, usedBytes: 99 } }],
    ['replicas', 'warn', '5,000,000 bytes', { replication: { ...exam.replication, mostLagBytes: 5_000_000 } }],
    ['clock', 'warn', '5.0 s behind', { clockAheadMs: -5_000 }],
    ['clock', 'fail', '1 min ahead of', { clockAheadMs: 60_000 }],
    ['slow scripts', 'warn', 'the slowest 80 ms', slow(80, well.atMs - 1_000)],
    ['slow scripts', 'ok', 'none', slow(80, well.atMs - 4_000_000)],
    ['slow scripts', 'ok', 'does not tell', { slowScripts: undefined }],
  ];
  for (const [name, state, words, change] of cases) {
    it(`${name}: ${state}, "${words}"`, () => {
      const verdict = ofServers(name, change);
      expect(verdict).to.include({ state });
      expect(verdict?.found).to.include(words);
      if (state !== 'ok') expect(verdict).to.have.property('fix').that.is.a('string');
    });
  }

  it('say of several servers what is wrong with the worst', () => {
    const verdict = ofServers('clock', {}, { clockAheadMs: -5_000 }, { clockAheadMs: 60_000 }, {});
    expect(verdict).to.include({ state: 'fail' });
  });

  it('warn of a worker whose main thread does not move', () => {
    const eventLoop = { lagP50Ms: 0, lagP99Ms: 2, lagMaxMs: 5, blockedForMs: 12_000 };
    const worker = { workerId: 'w', host: 'h', consumers: [], eventLoop } as unknown as Findings['workers'][number];
    const verdict = verdictOf('workers', { workers: [worker] });
    expect(verdict).to.include({ state: 'warn', found: 'the main thread of w on h has not moved for 12.0 s' });
  });

  it('warn of a queue whose outboxes are backed up', () => {
    const queueWith = (unforwarded: number) => ({ queue: 'mails', unforwarded }) as Findings['queues'][number];
    expect(verdictOf('outboxes', { queues: [queueWith(99)] })).to.include({ state: 'ok' });
    const found = 'jobs that deliveries have sent wait to be forwarded: 100 of mails';
    expect(verdictOf('outboxes', { queues: [queueWith(100)] })).to.include({ state: 'warn', found });
  });

  it('fail where presence is not told, though the server could', () => {
    expect(verdictOf('presence', { isPresenceReported: false })).to.include({ state: 'fail' });
    const old = { facts: { ...facts, hasShardPubSub: false } };
    expect(verdictOf('presence', { isPresenceReported: false, servers: [{ ...exam, ...old }] })).to.include({
      state: 'warn',
    });
  });
});
