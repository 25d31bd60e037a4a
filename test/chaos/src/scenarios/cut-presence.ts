// 10: the connection that carries a worker's presence breaks, and only that.
import { setTimeout as pause } from 'node:timers/promises';
import { setStage } from '../trial/stage.js';
import type { Scenario } from './scenario.js';

export const cutPresence: Scenario = {
  number: 10,
  name: 'presence connection cut alone',
  about: 'The presence connection breaks and is back within the grace time: no worker is taken for dead.',
  runs: { quick: 5, usual: 20, all: 200 },
  lanes: 2,
  controls: ['the grace time'],
  controlRuns: 3,
  async run(trial) {
    const stage = await setStage(trial);
    const proxy = await trial.proxy(stage.server);
    const options = trial.control === undefined ? {} : { graceMs: 50 };
    const holder = await trial.worker({ redis: proxy.url, options }).ready();
    const { order } = await stage.sender.send({ kind: 'hold', deliveries: 1 });
    await holder.reported('started', order);
    await trial.worker({ redis: stage.server.url, options }).ready();
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      proxy.cut('acktor-presence', AWAY_MS);
      await pause(BETWEEN_MS + trial.random.whole(0, 100));
    }
    holder.order('release');
    return { violations: await trial.judge(stage) };
  },
};

/** A reconnect takes at least 20 ms more: within the grace time of 250 ms, and beyond one of 50 ms. */
const AWAY_MS = 100;
/** A death would be found, and the job handed to the other worker, within this. */
const BETWEEN_MS = 700;
