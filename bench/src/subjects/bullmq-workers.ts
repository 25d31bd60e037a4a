// Entry of a child process: plays BullMQ with a Worker for each consumer.
import { bullmqWorkers } from './bullmq-peer.js';
import { play } from './play.js';

await play(bullmqWorkers);
