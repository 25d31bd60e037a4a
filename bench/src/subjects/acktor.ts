// Entry of a child process: plays Acktor.
import { acktor } from './acktor-peer.js';
import { play } from './play.js';

await play(acktor);
