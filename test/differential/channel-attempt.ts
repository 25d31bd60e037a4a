// A call of the channel, tried three ways and judged.
import { judge } from './comparison.js';
import type { Try } from './states.js';
import { runTrial, trialOf } from './trial.js';

export const tryChannel: Try = async (batch, scripts, seed) => {
  const trial = trialOf(seed);
  const outcomes = await runTrial(batch, scripts, trial);
  return { wentFast: outcomes.wentFast, ...judge(trial, outcomes) };
};
