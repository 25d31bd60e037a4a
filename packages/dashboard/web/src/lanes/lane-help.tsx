// What the words around the lanes mean.
import { Help } from '../fields/help.js';

export function LaneHelp() {
  return <Help about="the lanes" terms={terms} />;
}

const terms = [
  [
    'A line',
    'one consumer: its process, its name, its states over time, and on the right what it does now, with which job, and for how long.',
  ],
  ['By place', 'in the order of hosts, processes and names.'],
  ['Stuck first', 'those on top that hold a job much longer than that job usually takes.'],
  ['▲', 'three times longer than 99 of 100 such jobs took, and five seconds at least.'],
  ['idle', 'waits for work. Now and then it asks the queue once more, which does not end its rest.'],
] as const;
