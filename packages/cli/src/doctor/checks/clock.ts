// Whether this machine and the server agree on the time: delayed jobs are due by the clocks of who sends and who fetches.
import { duration } from '../../output/durations.js';
import { fail, ofEachServer, ok, warn, type Check } from '../check.js';

export const clockCheck: Check = {
  name: 'clock',
  judge: ofEachServer(({ clockAheadMs }) => {
    const skewMs = Math.abs(clockAheadMs);
    const found = `the server's clock is ${duration(skewMs)} ${clockAheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
    if (skewMs < SKEWED_MS) return ok(found);
    return (skewMs < FAR_OFF_MS ? warn : fail)(found, 'run a time service (NTP) on both');
  }),
};

const SKEWED_MS = 1_000;
const FAR_OFF_MS = 30_000;
