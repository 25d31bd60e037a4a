// Time as a worker takes it: the engine's clock, or by default the machine's.
import type { EngineClock } from '@acktor/core/engine';

export { systemClock } from '@acktor/core/engine';

/**
 * It measures spans within this process. It says when it is for people alone, and never to the server, which has a clock of its own.
 */
export type Clock = EngineClock;
