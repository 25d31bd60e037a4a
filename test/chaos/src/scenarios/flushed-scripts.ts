// 21: the server is made to forget all scripts, ten times a second.
import { missing } from '../trial/time.js';
import { setStage } from '../trial/stage.js';
import type { Scenario } from './scenario.js';

export const flushedScripts: Scenario = {
  number: 21,
  name: 'SCRIPT FLUSH every 100 ms',
  about: 'The server forgets all scripts ten times a second: no error reaches a user, and all work goes on.',
  runs: { quick: 30, usual: 100, all: 600 },
  controls: ['sending a script again'],
  controlRuns: 10,
  async run(trial) {
    const stage = await setStage(trial);
    const without = trial.control === undefined ? [] : (['scriptText'] as const);
    const worker = await trial.worker({ redis: stage.server.url, options: { consumers: 5 }, without }).ready();
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      await stage.view.client.script('FLUSH', 'SYNC');
      await stage.sender.sendMany(20, { kind: 'work', forMs: trial.random.whole(1, 20) });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const violations = await trial.judge(stage);
    const said = worker.logs.map(({ message, fields }) => missing(`the worker complained: ${message} ${fields}`));
    return { violations: [...violations, ...said] };
  },
};
