// 16: sentinels make a replica the primary.
import { SentinelSet } from '../servers/sentinel-set.js';
import type { Trial } from '../trial/trial.js';
import { failOverAgainAndAgain, SEARCH } from './failovers.js';
import type { Scenario } from './scenario.js';

export const sentinelFailover: Scenario = {
  number: 16,
  name: 'Sentinel failover',
  about:
    'The primary is killed, hangs or hands over under load: consuming again within 5 s, no worker is taken for dead.',
  runs: { quick: 1, usual: 3, all: 20 },
  isLong: true,
  controls: [SEARCH],
  async run(trial) {
    const set = trial.keep(await SentinelSet.start());
    return failOverAgainAndAgain(trial, { url: set.url, replicas: 2, failOver: () => failOver(trial, set) });
  },
};

async function failOver(trial: Trial, set: SentinelSet): Promise<() => Promise<void>> {
  const primary = await set.primary();
  const before = await set.epoch();
  // In a control it is the fault after which nothing works without the defence.
  const fault = trial.control === undefined ? trial.random.whole(1, 3) : 1;
  if (fault === 1) await primary.kill();
  if (fault === 2) primary.pause();
  if (fault === 3) await set.handOver();
  await set.failedOver(before);
  return async () => {
    primary.resume();
    if (primary.pid === undefined) await primary.restart();
    await set.settled();
  };
}
