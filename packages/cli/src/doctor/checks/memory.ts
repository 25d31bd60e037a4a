// How much room is left for jobs.
import { fail, ofEachServer, ok, warn, type Check } from '../check.js';

export const memoryCheck: Check = {
  name: 'memory',
  judge: ofEachServer(({ memory: { usedBytes, limitBytes, isLimitSet } }) => {
    if (limitBytes === undefined) return ok(`${megabytes(usedBytes)} used; the server does not tell how much it has`);
    const share = usedBytes / limitBytes;
    const limit = isLimitSet ? 'maxmemory' : "the machine's memory";
    const found = `${megabytes(usedBytes)} used, ${(share * 100).toFixed(0)} % of ${limit} (${megabytes(limitBytes)})`;
    if (share < TIGHT) return ok(found);
    return (share < FULL ? warn : fail)(
      found,
      'start more workers, purge dead letters, keep fewer acked jobs (ackedCount), or give it more memory',
    );
  }),
};

const TIGHT = 0.75;
const FULL = 0.95;

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0)} MiB`;
}
