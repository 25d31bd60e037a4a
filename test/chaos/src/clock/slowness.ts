// How slow the machine is just now, so that a busy one is given time and a broken program is not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { nowMs } from './now.js';

/** How much longer a process takes from its start to its end than on two idle cores; from 1 to 5. */
export async function slowness(): Promise<number> {
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) samples.push(await startAndEndMs());
  const [, middle = IDLE_MS] = samples.sort((one, other) => one - other);
  return Math.min(Math.max(middle / IDLE_MS, 1), MOST);
}

const SAMPLES = 3;
/** A Node process that does nothing, on the two idle cores on which the goals were set. */
const IDLE_MS = 60;
const MOST = 5;

async function startAndEndMs(): Promise<number> {
  const fromMs = nowMs();
  await once(spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore' }), 'exit');
  return nowMs() - fromMs;
}
