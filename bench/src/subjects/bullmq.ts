// Entry of a child process: plays BullMQ with one Worker.
import { bullmq } from './bullmq-peer.js';
import { play } from './play.js';

await play(bullmq);
