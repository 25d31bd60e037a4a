// Which modules of Acktor a program loads that only sends, in a process of its own.
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { UserProject } from '../readme/project.js';

const program = (options: string) => `
import { Session } from 'node:inspector/promises';
import { job, Producer } from '@acktor/core';
import { z } from 'zod';

const greet = job('greet', { queue: 'greetings', data: z.object({ name: z.string() }) });
const producer = await Producer.connect(${options});
await producer.send(greet, { name: 'world' });
await producer.close();

const session = new Session();
session.connect();
const urls = [];
session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
await session.post('Debugger.enable');
session.disconnect();
console.log(JSON.stringify(urls.flatMap((url) => /core\\/dist\\/(.+)\\.js$/.exec(url)?.[1] ?? [])));`;

async function modulesLoadedBy(options: string): Promise<readonly string[]> {
  await using project = await UserProject.create({ 'src/main.mjs': program(options) });
  return JSON.parse(await project.run('src/main.mjs', { ACKTOR_LOG_LEVEL: 'silent' })) as string[];
}

describe('the modules of a program that sends', function () {
  this.timeout(60_000);

  it('are none of the embedded server where `redis` names one', async () => {
    await using server = await PrivateServer.start();
    const modules = await modulesLoadedBy(`{ redis: ${JSON.stringify(server.url)} }`);
    expect(modules).to.include('producer/producer');
    expect(modules.filter((module) => module.startsWith('server'))).to.deep.equal([]);
  });

  it('are those of the embedded server where it starts one', async () => {
    expect(await modulesLoadedBy('{ embedded: true }')).to.include('server/embedded-server');
  });
});
