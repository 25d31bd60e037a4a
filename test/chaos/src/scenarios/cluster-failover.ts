// 17: a replica of a cluster takes over, or a slot moves to another master.
import { ClusterSet } from '../servers/cluster-set.js';
import { QUEUE } from '../fleet/trial-job.js';
import type { Trial } from '../trial/trial.js';
import { failOverAgainAndAgain, SEARCH } from './failovers.js';
import type { Scenario } from './scenario.js';

export const clusterFailover: Scenario = {
  number: 17,
  name: 'Cluster failover, slot moved',
  about: "A queue's master is killed, hangs or hands over, or its slot moves, under load: nothing is stranded.",
  runs: { quick: 1, usual: 4, all: 20 },
  isLong: true,
  controls: [SEARCH],
  async run(trial) {
    const set = trial.keep(await ClusterSet.start());
    return failOverAgainAndAgain(trial, { url: set.url, replicas: 1, failOver: () => failOver(trial, set) });
  },
};

const KEY = `{${QUEUE}}`;

async function failOver(trial: Trial, set: ClusterSet): Promise<() => Promise<void>> {
  const master = await set.masterOf(KEY);
  // In a control it is the fault after which nothing works without the defence.
  const fault = trial.control === undefined ? trial.random.whole(1, 4) : 1;
  if (fault === 1) await master.server.kill();
  if (fault === 2) master.server.pause();
  if (fault === 3) await set.handOver(master);
  if (fault === 4) await set.moveSlot(KEY, await set.otherMaster(KEY));
  await set.failedOver(KEY, master);
  return async () => {
    master.server.resume();
    if (master.server.pid === undefined) await master.server.restart();
    await set.settled();
  };
}
