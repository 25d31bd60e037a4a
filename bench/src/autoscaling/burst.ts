// The burst that the scaling rule is tried with.
import type { Scene } from './simulation.js';

const BURST_BEGINS_S = 60;
export const BURST_ENDS_S = 180;

/** Ten minutes: 100 jobs a second of half a second each, and ten times as many for two minutes. */
export const BURST: Scene = {
  lastsS: 600,
  arrivals: (second) => (second >= BURST_BEGINS_S && second < BURST_ENDS_S ? 1_000 : 100),
  handlingMs: 500,
  backlogMs: 60_000,
  consumersPerPod: 25,
  leastPods: 1,
  mostPods: 40,
  podStartS: 20,
  lookEveryS: 15,
  calmS: 120,
};
