import { openBroker } from '../real-redis/real-redis.js';
import { brokerConforms } from './conformance.js';

brokerConforms('BullMQ and Redis', openBroker);
