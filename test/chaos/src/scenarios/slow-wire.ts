// 12: every packet between a worker and the server takes half a second, more or less.
import { setStage } from '../trial/stage.js';
import type { Scenario } from './scenario.js';

export const slowWire: Scenario = {
  number: 12,
  name: '500 ms ± jitter on the wire',
  about: 'Each packet of a worker takes 250 to 750 ms: no worker is taken for dead, and no lease is lost.',
  runs: { quick: 8, usual: 30, all: 60 },
  lanes: 2,
  controls: ['a lease longer than the wire'],
  controlRuns: 3,
  async run(trial) {
    const stage = await setStage(trial);
    const proxy = await trial.proxy(stage.server);
    const options = trial.control === undefined ? {} : { leaseMs: 1_000 };
    const far = await trial.worker({ redis: proxy.url, options }).ready();
    proxy.delay(() => trial.random.whole(250, 750));
    await stage.sender.sendMany(trial.runs, { kind: 'work', forMs: 1_500 });
    await far.until(() => far.reports.length > 0);
    await trial.worker({ redis: stage.server.url, options }).ready();
    trial.log(`${trial.runs} jobs`);
    return { violations: await trial.judge({ ...stage, settleMs: trial.runs * 4_000 }) };
  },
};
