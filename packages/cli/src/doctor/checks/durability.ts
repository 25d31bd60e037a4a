// Whether an accepted job outlives the server's death.
import { findDurabilityFaults } from '@acktor/core/internal';
import { fail, ofEachServer, ok, warn, type Check } from '../check.js';

export const durabilityCheck: Check = {
  name: 'durability',
  judge: ofEachServer(({ facts: { persistence } }) => {
    const [fault] = findDurabilityFaults(persistence).filter(({ setting }) => setting !== 'maxmemory-policy');
    if (fault) return fail(`${fault.setting} is ${fault.actual}: ${fault.consequence}`, fault.remedy);
    const { isAppendOnly, appendFsync, skipsFsyncOnRewrite } = persistence;
    if (isAppendOnly === undefined)
      return warn('the server does not tell whether it keeps an append-only file', ASK_PROVIDER);
    if (skipsFsyncOnRewrite)
      return warn('no-appendfsync-on-rewrite is on: a power cut during a rewrite can lose more', NO_SKIP);
    return ok(`appendonly is yes, appendfsync ${appendFsync ?? 'is not told'}`);
  }),
};

const ASK_PROVIDER = "look it up in the provider's settings; appendonly should be yes";
const NO_SKIP = 'CONFIG SET no-appendfsync-on-rewrite no';
