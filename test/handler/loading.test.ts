// What a program loads, in a process of its own, written as plain JavaScript: nothing compiles it, and nothing writes metadata.
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { UserProject } from '../readme/project.js';

const jobs = `
import { job } from '@acktor/core';
import { z } from 'zod';
export const greet = job('greet', { queue: 'greetings', data: z.object({ name: z.string() }), result: z.string() });`;

const main = (declaration: string, options = '') => `
import { createRequire } from 'node:module';
import { Producer } from '@acktor/core';
import { handle, handles, middleware, Worker } from '@acktor/worker';
import { greet } from './jobs.mjs';
class Greeter { greet(name) { return 'Hello, ' + name; } }
${declaration}
const worker = await Worker.start({ handlers: [greeting]${options} });
const producer = await Producer.connect();
const receipt = await producer.send(greet, { name: 'world' });
const result = await receipt.result({ timeoutMs: 10_000 });
await worker.close();
await producer.close();
const { cache } = createRequire(import.meta.url);
const loaded = ['tsyringe', 'reflect-metadata'].filter((name) =>
  Object.keys(cache).some((file) => file.includes('/node_modules/' + name + '/')),
);
console.log(JSON.stringify({ result, loaded, hasReflect: 'getMetadata' in Reflect }));`;

const greeting = `class Greeting {
  constructor(greeter) { this.greeter = greeter; }
  handle({ data }) { return this.greeter.greet(data.name); }
}`;

describe('tsyringe and reflect-metadata', function () {
  this.timeout(60_000);
  let server: PrivateServer;
  before(async () => (server = await PrivateServer.start()));
  after(async () => server[Symbol.asyncDispose]());

  async function run(program: string): Promise<unknown> {
    await using project = await UserProject.create({ 'src/main.mjs': program, 'src/jobs.mjs': jobs });
    const env = { REDIS_URL: server.url, ACKTOR_LOG_LEVEL: 'silent' };
    return JSON.parse(await project.run('src/main.mjs', env));
  }

  const neither = { result: 'Hello, world', loaded: [], hasReflect: false };
  const both = { result: 'Hello, world', loaded: ['tsyringe', 'reflect-metadata'], hasReflect: true };

  const programs: readonly (readonly [words: string, program: string, printed: object])[] = [
    [
      'are not loaded for functions',
      main('const greeting = handle(greet, ({ data }) => new Greeter().greet(data.name));'),
      neither,
    ],
    [
      'are not loaded for functions that are given what middleware provides',
      main(
        `const greeting = handle(greet, { inject: [Greeter] }, ({ data }, greeter) => greeter.greet(data.name));
         const greeters = middleware({ provides: [Greeter] }, (delivery, next) => {
           delivery.provide(Greeter, new Greeter());
           return next();
         });`,
        ', use: [greeters]',
      ),
      neither,
    ],
    [
      'are not loaded for a class with `inject` and a container of its own',
      main(
        `${greeting}
         handles(greet, { inject: [Greeter] })(Greeting);
         const greeting = Greeting;`,
        ', container: { resolve: (token) => new token() }',
      ),
      neither,
    ],
    [
      'are loaded for a class with `inject` that has none',
      main(`${greeting} handles(greet, { inject: [Greeter] })(Greeting); const greeting = Greeting;`),
      both,
    ],
    [
      'are loaded for a class that is built by its types',
      main(`class Greeting { handle({ data }) { return new Greeter().greet(data.name); } }
            handles(greet)(Greeting); const greeting = Greeting;`),
      both,
    ],
  ];
  for (const [words, program, printed] of programs) {
    it(words, async () => {
      expect(await run(program)).to.deep.equal(printed);
    });
  }
});
