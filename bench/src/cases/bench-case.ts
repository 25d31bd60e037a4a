// What a case is, and what it may use.
import type { Figures } from '../measuring/metric.js';
import type { BenchServer } from '../servers/bench-server.js';
import type { RedisServer } from '../servers/redis-server.js';
import type { Order } from '../subjects/order.js';
import type { SubjectProcess } from '../subjects/subject-process.js';
import type { PeerName, SubjectName } from '../subjects/subjects.js';

/** One thing to measure, of Acktor and its peers. */
export interface BenchCase {
  readonly name: string;
  /** What it does, for people. */
  readonly about: string;
  readonly peers: readonly PeerName[];
  /** Cases whose figures hardly vary, and take long, need no more rounds than this; a quick bench makes one. */
  readonly mostRounds?: number;
  /** The peers that a quick bench measures. */
  readonly quickPeers?: readonly PeerName[];
  /** Left out of a quick bench unless it is named: a first answer does not need it. */
  readonly isLeftOutOfQuick?: boolean;
  /** One run of one subject, on an empty server. */
  readonly run: (subject: SubjectName, bench: Bench) => Promise<Figures>;
}

/** What a run stands on. */
export interface Bench {
  /** The one that the subject's queues are on. */
  readonly server: BenchServer;
  /** The one that Acktor's queues are on, for what only a Redis is asked. */
  readonly redis: RedisServer;
  /** Whether a rough answer soon is wanted. */
  readonly isQuick: boolean;
  readonly log: (message: string) => void;
  /** Starts a process of the subject; it is ended after the run, whatever happens. The first queue and the server's address by default. */
  readonly start: (subject: SubjectName, order: OrderRequest) => SubjectProcess;
}

type RequestOf<T> = T extends Order ? Omit<T, 'address' | 'queue'> & Partial<Pick<T, 'address' | 'queue'>> : never;
export type OrderRequest = RequestOf<Order>;
