// Entry of a child process: plays RabbitMQ.
import { play } from './play.js';
import { rabbitmq } from './rabbitmq-peer.js';

await play(rabbitmq);
