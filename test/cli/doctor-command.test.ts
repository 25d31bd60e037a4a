import { Producer } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { acktor } from './command.js';
import { CommandTrial } from './command-trial.js';

interface Report {
  readonly isWell: boolean;
  readonly checks: readonly { check: string; state: string; found: string; fix?: string }[];
}

describe('the command acktor doctor', function () {
  this.timeout(60_000);

  const lineOf = ({ checks }: Report, name: string) => checks.find(({ check }) => check === name);

  it('finds a sound server well, check by check', async () => {
    await using trial = await CommandTrial.open();
    const { code, stdout } = await trial.run('doctor');
    expect(code).to.equal(0);
    for (const name of ['latency', 'version', 'durability', 'eviction', 'presence', 'clock', 'leases'])
      expect(stdout).to.match(new RegExp(`^${name} +ok `, 'm'));
    expect(stdout).not.to.include('fail');
  });

  it('exits with 1 for a server that may lose jobs, and says how to mend each fault', async () => {
    await using server = await PrivateServer.start();
    using redis = await plainRedis(server.url);
    await redis.config('SET', 'appendonly', 'no');
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { code, stdout } = await acktor('doctor', '--redis', server.url);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^durability +fail +appendonly is no/m)
      .and.to.match(/^eviction +fail /m);
    expect(stdout).to.include('durability: CONFIG SET appendonly yes');
    expect(stdout).to.include('eviction: CONFIG SET maxmemory-policy noeviction');
    const json = await acktor('doctor', '--redis', server.url, '--json');
    expect(json.code).to.equal(1);
    const report = JSON.parse(json.stdout) as Report;
    expect(report.isWell).to.equal(false);
    expect(lineOf(report, 'durability')).to.include({ state: 'fail', fix: 'CONFIG SET appendonly yes' });
  });

  it('warns of memory that runs short', async () => {
    await using server = await PrivateServer.start();
    using redis = await plainRedis(server.url);
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', Math.round(used * 1.2));
    const { stdout } = await acktor('doctor', '--redis', server.url, '--json');
    const memory = lineOf(JSON.parse(stdout) as Report, 'memory');
    expect(memory?.state).to.be.oneOf(['warn', 'fail']);
    expect(memory?.found).to.include('% of maxmemory');
  });

  it('sees a replica, which takes no jobs', async () => {
    await using primary = await PrivateServer.start();
    await using replica = await PrivateServer.start();
    using redis = await plainRedis(replica.url);
    // No server listens there: being a replica is enough.
    await redis.replicaof('127.0.0.1', '1');
    const { code, stdout } = await acktor('doctor', '--redis', replica.url, '--json');
    expect(code).to.equal(1);
    expect(lineOf(JSON.parse(stdout) as Report, 'replicas')).to.include({ state: 'fail' });
    expect((await acktor('doctor', '--redis', primary.url)).code).to.equal(0);
  });

  it('sees jobs that wait with no worker, queues that are paused, and jobs without a lease', async () => {
    await using trial = await CommandTrial.open();
    await using queue = trial.jobs.queue('notes');
    await trial.jobs.producer.send(note, { text: 'x' });
    await queue.pause();
    using redis = await plainRedis();
    await redis.lpush(`${trial.jobs.namespace}:notes:active`, 'stuck');
    const report = (await trial.json('doctor')) as unknown as Report;
    expect(lineOf(report, 'workers')).to.include({ state: 'warn', found: 'notes has jobs that wait, and no worker' });
    expect(lineOf(report, 'paused')).to.include({ state: 'warn', found: 'notes', fix: 'acktor resume notes' });
    expect(lineOf(report, 'leases')).to.include({ state: 'warn', found: 'active jobs without a lease: 1 of notes' });
    expect(report.isWell).to.equal(true);
  });

  it('sees another BullMQ at work', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    using redis = await plainRedis();
    await redis.hset(`${trial.jobs.namespace}:notes:meta`, 'version', 'bullmq:4.12.0');
    const clients = lineOf((await trial.json('doctor')) as unknown as Report, 'clients');
    expect(clients).to.include({ state: 'warn', found: 'other clients share queues: notes (bullmq:4.12.0)' });
  });

  it('sees that a user may not subscribe, so that dead workers go unnoticed', async () => {
    await using server = await PrivateServer.start();
    await using producer = await Producer.connect({ redis: server.url });
    await producer.send(note, { text: 'x' });
    using redis = await plainRedis(server.url);
    await redis.call('ACL', 'SETUSER', 'blind', 'on', '>secret', '~*', '&*', '+@all', '-ssubscribe');
    const url = `${server.url}?username=blind&password=secret`;
    const { code, stdout } = await acktor('doctor', '--redis', url, '--json');
    expect(lineOf(JSON.parse(stdout) as Report, 'presence')).to.include({ state: 'fail' });
    expect(code).to.equal(1);
  });
});

describe('the commands acktor doctor --deep and acktor repair', function () {
  this.timeout(60_000);

  interface Repair {
    readonly isDone: boolean;
    readonly faults: readonly { kind: string; jobId?: string; outcome: string }[];
  }

  it('show what is out of place, and put it back with --yes alone', async () => {
    await using trial = await CommandTrial.open();
    using redis = await plainRedis();
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'lost' });
    await redis.del(`${trial.jobs.namespace}:notes:wait`);
    const { code, stdout } = await trial.run('doctor', '--deep');
    expect(code).to.equal(1);
    expect(stdout).to.match(/^places +fail +job lost \(note\) of notes is in no list/m);
    const preview = await trial.run('repair');
    expect(preview.code).to.equal(0);
    expect(preview.stdout).to.include('puts it back into its place').and.to.include('nothing was changed');
    const isDry = (await trial.json('repair', '--dry-run', '--yes')) as unknown as Repair;
    expect(isDry.isDone).to.equal(false);
    expect(await redis.exists(`${trial.jobs.namespace}:notes:wait`)).to.equal(0);
    const done = (await trial.json('repair', '--yes')) as unknown as Repair;
    expect(done.faults).to.have.length(1);
    expect(done.faults[0]).to.include({ kind: 'unlistedJob', jobId: 'lost', outcome: 'repaired' });
    expect(await redis.lrange(`${trial.jobs.namespace}:notes:wait`, 0, -1)).to.deep.equal(['lost']);
    expect((await trial.run('doctor', '--deep')).code).to.equal(0);
  });

  it('name a job in the place of a part of its queue, and leave a key of another kind to a person', async () => {
    await using trial = await CommandTrial.open();
    await using queue = trial.jobs.queue('notes');
    using redis = await plainRedis();
    await queue.add('note', { text: 'x' }, { jobId: 'failed' });
    await trial.jobs.producer.send(note, { text: 'x' });
    await redis.set(`${trial.jobs.namespace}:notes:pc`, '1');
    await redis.sadd(`${trial.jobs.namespace}:notes:limiter`, '1');
    const { code, stdout } = await trial.run('doctor');
    expect(code).to.equal(1);
    expect(stdout).to.match(/^names +fail/m);
    expect(stdout).to.include('has the id failed').and.to.include('notes:limiter holds a set');
    const repaired = await trial.run('repair', '--yes');
    expect(repaired.code).to.equal(1);
    expect(repaired.stdout).to.include('a dead letter under another id').and.to.include('by hand');
    expect((await trial.run('doctor')).stdout).not.to.include('has the id failed');
  });
});
