// How long the server takes to answer: every fetch and every ack waits for it.
import { fail, ofEachServer, ok, warn, type Check } from '../check.js';

export const latencyCheck: Check = {
  name: 'latency',
  judge: ofEachServer(({ pingsMs }) => {
    const middleMs = pingsMs[Math.floor(pingsMs.length / 2)] ?? 0;
    const found = `half of ${pingsMs.length} pings took ${middleMs.toFixed(2)} ms or less, the slowest ${(pingsMs.at(-1) ?? 0).toFixed(1)} ms`;
    if (middleMs < SLOW_MS) return ok(found);
    return (middleMs < TOO_SLOW_MS ? warn : fail)(
      found,
      'run workers in the same zone as the server, and see what else keeps it busy',
    );
  }),
};

const SLOW_MS = 10;
const TOO_SLOW_MS = 250;
