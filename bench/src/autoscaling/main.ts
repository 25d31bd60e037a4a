// `npm run autoscaling`: what the scaling rule does with a burst, beside fixed numbers of pods.
import { BURST, BURST_ENDS_S, simulate, type Second } from './simulation.js';

const FIXED_PODS = [3, 8, 25];

function main(): void {
  const runs = [
    { name: 'by the rule', seconds: simulate(BURST) },
    ...FIXED_PODS.map((pods) => ({ name: `${pods} pods, fixed`, seconds: simulate(BURST, pods) })),
  ];
  process.stdout.write(
    'A burst of 1,000 jobs/s for 2 minutes, 100 jobs/s before and after; jobs of 500 ms, 25 consumers a pod,\n' +
      'pods that take 20 s to come up, a look every 15 s, at most 40 pods.\n\n' +
      '                  most pods   pod minutes   most waiting   longest wait   backlog gone\n',
  );
  for (const { name, seconds } of runs) process.stdout.write(`${name.padEnd(16)}${figures(seconds)}\n`);
}

function figures(seconds: readonly Second[]): string {
  const most = (of: (second: Second) => number) => Math.max(...seconds.map(of));
  const podMinutes = seconds.reduce((sum, { pods }) => sum + pods, 0) / 60;
  return [most(({ pods }) => pods), podMinutes.toFixed(0), most(({ waiting }) => waiting).toLocaleString('en')]
    .concat(`${most(({ waitedS }) => waitedS)} s`, whenGone(seconds))
    .map((text, i) => String(text).padStart([11, 14, 15, 15, 15][i] ?? 12))
    .join('');
}

/** When the backlog was worked off, after the burst's end. */
function whenGone(seconds: readonly Second[]): string {
  const last = seconds.findLast(({ waiting }) => waiting > 100)?.second;
  if (last === undefined) return 'none';
  return last === BURST.lastsS - 1 ? 'never' : `${last - BURST_ENDS_S} s after`;
}

main();
