import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { blocksOf, UserProject } from './project.js';

const gateway = `export class Gateway {
  charge(orderId: string, cents: number, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    return Promise.resolve(orderId + cents);
  }
}`;

const jobs = `import { job } from '@acktor/core';
import { z } from 'zod';
export const chargeCard = job('charge-card', {
  queue: 'payments',
  data: z.object({ orderId: z.string(), cents: z.int() }),
  result: z.object({ receipt: z.string() }),
});`;

const charging = `import { Producer } from '@acktor/core';
import { Worker } from '@acktor/worker';
import { ChargeCard } from './charge-card.js';
import { chargeCard } from './jobs.js';
await using worker = await Worker.start({ handlers: [ChargeCard] });
await using producer = await Producer.connect();
const receipt = await producer.send(chargeCard, { orderId: 'o-1', cents: 990 });
console.log((await receipt.result({ timeoutMs: 10_000 })).receipt);`;

describe('the README', function () {
  this.timeout(60_000);

  it('shows a program that compiles with the settings it shows, and prints what it says', async () => {
    const [[program = ''], [settings = '']] = await Promise.all([
      blocksOf('README.md', 'ts'),
      blocksOf('README.md', 'json'),
    ]);
    await using server = await PrivateServer.start();
    await using project = await UserProject.create({ 'src/main.ts': program, 'tsconfig.json': settings });
    await project.compile();
    expect(await project.run('dist/main.js', environment(server))).to.equal('Hello, world!\n');
  });

  it('shows a program of fifteen lines', async () => {
    const [program = ''] = await blocksOf('README.md', 'ts');
    expect(program.split('\n').filter((line) => line.trim() !== '')).to.have.length.at.most(15);
  });

  it('shows a handler that is built without decorator metadata', async () => {
    const [, handler = ''] = await blocksOf('README.md', 'ts');
    const [settings = ''] = await blocksOf('README.md', 'json');
    const bare = settings.replace('"emitDecoratorMetadata": true,', '');
    expect(bare).not.to.equal(settings);
    const files = {
      'src/charge-card.ts': handler,
      'src/gateway.ts': gateway,
      'src/jobs.ts': jobs,
      'src/main.ts': charging,
    };
    await using server = await PrivateServer.start();
    await using project = await UserProject.create({ ...files, 'tsconfig.json': bare });
    await project.compile();
    expect(await project.run('dist/main.js', environment(server))).to.equal('o-1990\n');
  });
});

function environment({ url }: PrivateServer): Readonly<Record<string, string>> {
  return { REDIS_URL: url, ACKTOR_LOG_LEVEL: 'silent' };
}
