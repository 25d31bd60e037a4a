// `npm run reading`: how many files one delivery runs through, and which: what a reader must read to understand it.
import { parseArgs } from 'node:util';
import { Producer } from '@acktor/core';
import { Worker } from '@acktor/worker';
import { RedisServer } from './servers/redis-server.js';
import { contractOf, handlerOf, urlOf } from './subjects/acktor-peer.js';
import { payloadNumber, QUEUE } from './subjects/peer.js';
import { Session, type Profiler } from 'node:inspector/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const HELP = `npm run reading -- [--most n]

Sends one job, works it off and awaits its result, on a private Redis, after a first one that loads and compiles all there is.
Prints the files of Acktor in which a function was called meanwhile, in the main thread, and their number.

  --most n   end with 1 when there are more
  --help     this text
`;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const silent = () => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

try {
  const { values } = parseArgs({ options: { most: { type: 'string' }, help: { type: 'boolean', default: false } } });
  if (values.help) console.log(HELP);
  else await read(mostOf(values.most));
} catch (error) {
  console.error(error instanceof TypeError || error instanceof RangeError ? error.message : error);
  process.exitCode = 1;
}

/** @throws RangeError */
function mostOf(text: string | undefined): number {
  const most = text === undefined ? Infinity : Number(text);
  if (most >= 1) return most;
  throw new RangeError(`expected --most to be a number from 1, got ${text}`);
}

async function read(most: number): Promise<void> {
  const files = await filesOfOneDelivery();
  console.log(files.join('\n'));
  console.log(`\n${files.length} files of Acktor run in one delivery, its send and its result`);
  if (files.length <= most) return;
  console.error(`expected at most ${most} files, got ${files.length}`);
  process.exitCode = 1;
}

async function filesOfOneDelivery(): Promise<readonly string[]> {
  await using server = await RedisServer.start();
  const redis = urlOf(server.address);
  await using producer = await Producer.connect({ redis });
  await using worker = await Worker.start({ redis, handlers: [handlerOf(QUEUE, () => undefined)], logger: SILENT });
  const contract = contractOf(QUEUE);
  const deliver = async (number: number) => {
    const receipt = await producer.send(contract, payloadNumber(number));
    await receipt.result();
  };
  await deliver(1);
  const files = await filesEntered(() => deliver(2));
  await worker.close();
  return files;
}

/** Runs `work`. Returns the sources of our packages of which a function was called meanwhile, in this thread, as paths from the root. */
async function filesEntered(work: () => Promise<void>): Promise<readonly string[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    // Each take forgets what was counted before it.
    await session.post('Profiler.takePreciseCoverage');
    await work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result
      .filter(isEntered)
      .flatMap(({ url }) => sourceOf(url) ?? [])
      .toSorted();
  } finally {
    session.disconnect();
  }
}

function isEntered({ functions }: Profiler.ScriptCoverage): boolean {
  return functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
}

/** `packages/core/src/…ts` for what was built of it; undefined for what is no package of ours. */
function sourceOf(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  const path = relative(ROOT, fileURLToPath(url)).split(sep).join('/');
  const [, name, rest] = /^packages\/([^/]+)\/dist\/(.+)\.js$/.exec(path) ?? [];
  return name === undefined || rest === undefined ? undefined : `packages/${name}/src/${rest}.ts`;
}
