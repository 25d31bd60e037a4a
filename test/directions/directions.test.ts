// The checker of import directions, by breaking each rule once.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');

const refused = [
  ['packages/core/src/producer/a.ts', "import { Queue } from 'bullmq';"],
  ['packages/core/src/producer/a.ts', "export const queue = () => import('bullmq');"],
  ['packages/core/src/producer/a.ts', "export { Redis } from 'ioredis';"],
  ['packages/core/src/engine/redis/connection/a.ts', "import { Queue } from 'bullmq';"],
  ['packages/core/src/producer/a.ts', "import type { Worker } from '@acktor/worker';"],
  ['packages/core/src/producer/a.ts', "import type { Worker } from '../../../worker/src/index.js';"],
  ['packages/worker/src/consumer/a.ts', "import { Queue } from 'bullmq';"],
  ['packages/worker/src/consumer/a.ts', "import { injectable } from 'tsyringe';"],
  ['packages/worker/src/consumer/a.ts', "import 'reflect-metadata';"],
  ['packages/chart/src/a.ts', "import ELK from 'elkjs';"],
  ['packages/chart/src/a.ts', "import { job } from '@acktor/core';"],
  ['packages/core/src/fleet/a.ts', "import { Redis } from 'ioredis';"],
  ['packages/core/src/server/a.ts', "import { Redis } from 'ioredis';"],
  ['packages/core/src/server/a.ts', "import { connectRedis } from '../engine/redis/connection/connection.js';"],
  ['packages/core/src/engine/redis/a.ts', "import { beginConnecting } from './connection/connection.js';"],
  ['packages/core/src/engine/redis/bullmq/a.ts', "import { beginConnecting } from '../connection/connection.js';"],
  ['packages/core/src/producer/a.ts', "import { connectLiveness } from '../engine/redis/connect.js';"],
  ['packages/core/src/engine/a.ts', "import type { RedisAddress } from './redis/connection/address.js';"],
  ['packages/core/src/engine/a.ts', "import { EmbeddedServer } from '../server/embedded-server.js';"],
  ['packages/core/src/engine/redis/a.ts', "import { EmbeddedServer } from '../../server/embedded-server.js';"],
  ['packages/core/src/options/a.ts', "import type { Environment } from '../server/program.js';"],
  ['packages/core/src/index.ts', "export { PrivateServer } from './server/private-server.js';"],
  ['packages/worker/src/consumer/a.ts', "import { job } from '@acktor/core/dist/contract/job.js';"],
  ['packages/worker/src/consumer/a.ts', "import { audit } from '@acktor/examples';"],
  ['packages/worker/src/consumer/a.ts', "import type { Supervisor } from '@acktor/cli';"],
  ['packages/worker/src/consumer/a.ts', "import { Command } from 'commander';"],
  ['packages/dashboard/src/http/a.ts', "import { loadHandlers } from '@acktor/worker/internal';"],
  ['packages/worker/src/consumer/a.machine.ts', "import { pino } from 'pino';"],
  ['packages/worker/src/consumer/a.machine.ts', "import { effects } from './effects.js';"],
  ['packages/examples/src/a.ts', "import { Queue } from 'bullmq';"],
] as const;

const allowed = [
  [
    'packages/core/src/engine/default-engine.ts',
    "import { RedisEngine } from './redis/redis-engine.js'; const server = await import('../server/embedded-server.js');",
  ],
  ['packages/core/src/server-door.ts', "export { PrivateServer } from './server/private-server.js';"],
  ['packages/core/src/engine/redis/bullmq/a.ts', "import { Queue } from 'bullmq';"],
  [
    'packages/core/src/engine/redis/connection/a.ts',
    "import { Redis } from 'ioredis'; import { connectRedis } from './connection.js';",
  ],
  [
    'packages/core/src/server/a.ts',
    "import { connectGuarded } from '../engine/redis/connection/guarded-connection.js';",
  ],
  ['packages/worker/src/handler/a.ts', "import 'reflect-metadata'; import { injectable } from 'tsyringe';"],
  ['packages/worker/src/consumer/a.ts', "import { job } from '@acktor/core'; import { pino } from 'pino';"],
  ['packages/cli/src/commands/a.ts', "import { Command } from 'commander'; import { Worker } from '@acktor/worker';"],
  ['packages/worker/src/consumer/a.machine.ts', "import { setup } from 'xstate'; import type { A } from '../a.js';"],
  ['packages/examples/src/a.ts', "import { job } from '@acktor/core'; import { Worker } from '@acktor/worker';"],
] as const;

describe('the directions of imports', () => {
  let house: string;

  beforeEach(async () => {
    house = await mkdtemp(join(tmpdir(), 'acktor-directions-'));
    await cp(join(root, 'directions.config.mjs'), join(house, 'directions.config.mjs'));
  });

  afterEach(() => rm(house, { recursive: true }));

  async function check(files: Readonly<Record<string, string>>): Promise<number | null> {
    for (const [path, source] of Object.entries(files)) {
      await mkdir(dirname(join(house, path)), { recursive: true });
      await writeFile(join(house, path), source);
    }
    return spawnSync(process.execPath, [oxlint, '-c', 'directions.config.mjs', '.'], { cwd: house }).status;
  }

  for (const [path, source] of refused) {
    it(`refuse ${source} in ${path}`, async () => {
      expect(await check({ [path]: source })).to.equal(1);
    });
  }

  for (const [path, source] of allowed) {
    it(`allow ${source} in ${path}`, async () => {
      expect(await check({ [path]: source })).to.equal(0);
    });
  }

  it('refuse two files that import each other, even types alone', async () => {
    const files = {
      'packages/core/src/a.ts': "import { b } from './b.js';\nexport const a = b;\n",
      'packages/core/src/b.ts': "import type { a } from './a.js';\nexport const b: unknown = null as typeof a;\n",
    };
    expect(await check(files)).to.equal(1);
  });
});
