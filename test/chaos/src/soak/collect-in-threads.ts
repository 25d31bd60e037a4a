// Loaded into a worker whose memory is watched: has its threads collect their garbage, too, as nobody can ask them to.
import { isMainThread } from 'node:worker_threads';

/** As often as the main thread is asked to. */
const COLLECT_EVERY_MS = 2_000;

if (!isMainThread) setInterval(() => globalThis.gc?.(), COLLECT_EVERY_MS).unref();
