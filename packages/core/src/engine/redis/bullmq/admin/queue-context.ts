// A queue and where it lies.
import type { QueueKeys } from '../queue-keys.js';

export interface QueueContext {
  readonly queue: string;
  readonly keys: QueueKeys;
}
