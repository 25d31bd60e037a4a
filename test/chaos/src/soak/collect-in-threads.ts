// Loaded into a worker whose memory is watched: has its threads collect their garbage, too, which no other process can ask of them.
import { isMainThread } from 'node:worker_threads';

/** As often as the main thread is asked to. */
const COLLECT_EVERY_MS = 2_000;

if (!isMainThread) setInterval(() => globalThis.gc?.(), COLLECT_EVERY_MS).unref();
