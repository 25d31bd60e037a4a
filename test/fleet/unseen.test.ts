import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { ask } from '../server/project.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('a worker that may not use the channels of the fleet', () => {
  it('says so, and works with its presence all the same', async () => {
    await using server = await PrivateServer.start();
    await ask(server, 'ACL', 'SETUSER', 'shy', 'on', '>password', '~*', '+@all', 'resetchannels', '&*:acktor:*');
    await using trial = await WorkerTrial.open(server.url);
    const redis = `${server.url}?username=shy&password=password`;
    await trial.work([handlerOf(note, ({ data }) => ({ length: data.text.length }))], { redis });
    const { facts } = await trial.log.lines.first(({ message }) => message.includes('do not see this worker'));
    expect(facts['reason']).to.match(/^NOPERM/);
    const receipt = await trial.producer.send(note, { text: 'shy' });
    expect(await receipt.result()).to.deep.equal({ length: 3 });
    const complaints = trial.log.lines.all.filter(({ message }) =>
      /heartbeat|cannot tell when a worker dies/.test(message),
    );
    expect(complaints).to.deep.equal([]);
  });
});
