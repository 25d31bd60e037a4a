// Whether scripts keep the server from serving others.
import { duration } from '../../output/durations.js';
import { ofEachServer, ok, warn, type Check } from '../check.js';

export const slowScriptsCheck: Check = {
  name: 'slow scripts',
  judge: ofEachServer(({ slowScripts }, { atMs }) => {
    if (slowScripts === undefined) return ok('the server does not tell');
    const recent = slowScripts.filter((script) => atMs - script.atMs < RECENT_MS && script.tookMs > SLOW_MS);
    if (recent.length === 0) return ok(`none took more than ${SLOW_MS} ms in the last hour`);
    const slowest = Math.max(...recent.map(({ tookMs }) => tookMs));
    const found = `${recent.length} took more than ${SLOW_MS} ms in the last hour, the slowest ${duration(slowest)}`;
    return warn(
      found,
      'see SLOWLOG GET, and whether the server swaps or shares its processor; nobody else is served meanwhile',
    );
  }),
};

const RECENT_MS = 3_600_000;
const SLOW_MS = 50;
