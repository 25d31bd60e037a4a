// Whether the server can write its files.
import { fail, ofEachServer, ok, warn, type Check } from '../check.js';

export const diskCheck: Check = {
  name: 'disk',
  judge: ofEachServer(({ disk }) => {
    const { hasAppendFailed, hasRewriteFailed, hasSnapshotFailed } = disk;
    if (hasAppendFailed)
      return fail('the last write of the append-only file failed: sends and acks are refused', SEE_DISK);
    if (hasRewriteFailed) return warn('the last rewrite of the append-only file failed: it grows', SEE_DISK);
    if (hasSnapshotFailed) return warn('the last snapshot failed: the server may refuse writes for it', SEE_DISK);
    return ok('the last writes went well');
  }),
};

const SEE_DISK = "see the server's log and whether its disk is full";
