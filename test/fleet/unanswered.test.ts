// A server that stands still, though its connections look whole.
import { PrivateServer } from '@acktor/core/server';
import { Dashboard } from '@acktor/dashboard';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { quietLogger } from '../dashboard/dashboard-trial.js';
import { LiveReader } from '../dashboard/live-reader.js';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { FleetTrial } from './fleet-trial.js';

describe('a look at the fleet that is not answered', function () {
  this.timeout(60_000);

  it('judges nobody, and says that the server is away, to the dashboard too', async () => {
    await using server = await PrivateServer.start();
    await using open = await FleetTrial.open(server.url);
    await open.trial.work([handlerOf(note, () => ({ length: 0 }))]);
    await open.trial.work([handlerOf(note, () => ({ length: 0 }))]);
    const { namespace } = open.trial;
    const options = { redis: server.url, namespace, port: 0, logger: quietLogger, trustMachine: true };
    await using dashboard = await Dashboard.start(options);
    using browser = await LiveReader.open(dashboard.url);
    await browser.snapshot(({ workers }) => workers.length === 2);
    const watch = await open.watch(2);
    await watch.frames.first();
    if (server.pid === undefined) throw new Error('expected a server that runs');
    process.kill(server.pid, 'SIGSTOP');
    await watch.connection.first((state) => state === 'away');
    const { event } = await browser.heard.first((one) => one.event.type === 'connection');
    expect(event).to.include({ type: 'connection', state: 'away' });
    if (event.type === 'connection') expect(event.atMs - event.seenAtMs).to.be.within(1_000, 10_000);
    // Longer than the silence that counts as the death of a process: with the 2 s before, 7 s.
    await pause(5_000);
    process.kill(server.pid, 'SIGCONT');
    await watch.connection.first((state) => state === 'back');
    // Beyond the time in which nobody is judged: each process speaks twice a second.
    await watch.frames.upTo(watch.frames.all.length + 16);
    expect(watch.gone.all).to.deep.equal([]);
    const { workers } = await browser.snapshot(({ sequence }) => sequence > 1);
    expect(workers).to.have.length(2);
    const news = browser.heard.all.flatMap((one) => (one.event.type === 'frame' ? one.event.frame.gone : []));
    expect(news).to.deep.equal([]);
  });
});
