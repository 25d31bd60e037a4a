// Loaded into a worker whose memory is watched: has its threads collect their garbage, too, as nobody can ask them to.
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) setInterval(() => globalThis.gc?.(), 2_000).unref();
