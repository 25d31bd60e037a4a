// Entry of a child process: plays Bee-Queue.
import { beeQueue } from './bee-queue-peer.js';
import { play } from './play.js';

await play(beeQueue);
