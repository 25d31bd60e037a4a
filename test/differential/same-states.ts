// Runs many states of a queue, and says which of them came out differently.
import { PrivateServer } from '@acktor/core/server';
import { connectRedis } from '@acktor/core/internal';
import { expect } from 'chai';
import { inspect } from 'node:util';
import { compareStates, type Tally, type Try } from './states.js';

const states = Number(process.env.ACKTOR_DIFFERENTIAL_STATES ?? 2_000);
const seed = Number(process.env.ACKTOR_DIFFERENTIAL_SEED ?? Date.now() % 0x80000000);

/** How long that may take. */
export const TIMEOUT_MS = 60_000 + states * 20;

/** Expects no state to come out differently, and among many some for each way. */
export async function expectSameStates(attempt: Try): Promise<void> {
  await using server = await PrivateServer.start({ settings: SERVER_SETTINGS });
  const client = await connectRedis(server.address, { name: 'acktor-differential' });
  const tally = await compareStates(client, { attempt, seed, states }).finally(() => client.disconnect());
  process.stdout.write(`    ${describeTally(tally)}\n`);
  expect(tally.failures, describeFailures(tally)).to.deep.equal([]);
  if (states < 1_000) return;
  expect(tally.fast, 'states that took the fast path').to.be.above(states * 0.2);
  expect(tally.againstBullmq, 'states compared with plain BullMQ').to.be.above(states * 0.8);
}

/** Streams of two entries a node: `MAXLEN ~` trims whole nodes, and so each trim shows. Nodes are not split by size, which hangs on ids. */
const SERVER_SETTINGS = {
  appendonly: 'no',
  save: '',
  'stream-node-max-entries': 2,
  'stream-node-max-bytes': 0,
} as const;

function describeTally({ compared, fast, againstBullmq }: Tally): string {
  return `states compared: ${compared}, fast: ${fast} (with plain BullMQ: ${againstBullmq}; seed ${seed})`;
}

function describeFailures({ failures, failed }: Tally): string {
  const shown = failures.map(({ seed: replay, differences }) => {
    const command = `ACKTOR_DIFFERENTIAL_SEED=${replay} ACKTOR_DIFFERENTIAL_STATES=1 npm test -- test/differential`;
    return `${command}\n${inspect(differences, { depth: 9, breakLength: 140 })}`;
  });
  return `${failed} states came out differently. To see the first again:\n${shown.join('\n\n')}\n`;
}
