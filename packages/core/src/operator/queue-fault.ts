// What can be out of place in a queue, and what is done about it: by a crash of other programs, by hands, or by a server that lost a part.

/** Something out of place in a queue. */
export type QueueFault = { readonly queue: string } & (
  | {
      /** A job that no list of the queue has, so that no worker ever gets it. */
      readonly kind: 'unlistedJob';
      readonly jobId: string;
      readonly jobName: string;
    }
  | {
      /** A lease on a job that is not under way, or is not there. */
      readonly kind: 'strayLease';
      readonly jobId: string;
    }
  | {
      /** A worker process that is not there and still has leases, because no other worker runs that would give its jobs back. */
      readonly kind: 'absentHolder';
      readonly workerId: string;
      /** The first thousand jobs that it holds. */
      readonly jobIds: readonly string[];
    }
  | {
      /** A job whose id is the name of a part of the queue, such as `completed`: its record lies in that part's place. */
      readonly kind: 'misplacedJob';
      readonly jobId: string;
      readonly jobName: string;
    }
  | {
      /** A key of the queue that holds another kind of value than the queue keeps there. */
      readonly kind: 'wrongType';
      readonly key: string;
      readonly found: string;
      readonly expected: string;
    }
);

/** How far an inspection is. */
export interface InspectionProgress {
  /** How many keys of the servers were seen. */
  readonly seen: number;
  /** How many the servers have, by their own count when it began. */
  readonly keys: number;
}

/** How an inspection is bounded and followed. */
export interface InspectionOptions {
  /** How many keys of each server are seen at most. */
  readonly mostKeys: number;
  /** How many faults are returned at most. */
  readonly mostFaults: number;
  readonly onProgress?: ((progress: InspectionProgress) => void) | undefined;
  /** Ends the inspection, which returns what it has found so far. */
  readonly signal?: AbortSignal | undefined;
}

/** What an inspection found. */
export interface QueueInspection {
  readonly faults: readonly QueueFault[];
  /** Whether everything was seen: no bound was reached, and the inspection was not ended. */
  readonly isWhole: boolean;
  readonly seen: number;
}

/**
 * What a repair did. `repaired`: what was out of place is in its place. `gone`: it was not out of place any more. `left`: what it is cannot
 * be known, and a person has to decide.
 */
export type RepairOutcome = 'repaired' | 'gone' | 'left';
