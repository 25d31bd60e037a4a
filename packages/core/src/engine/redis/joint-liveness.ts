// One liveness of several: in a cluster each queue may lie on another server.
import { ConnectionLostError, ServerRefusalError } from '../broker-errors.js';
import type { FleetPublisher } from '../../fleet/fleet-hub.js';
import type { Liveness, ReapReport, ReapRules, RenewalReport } from '../liveness.js';

/**
 * Asks all of them, and has every answer before it rejects with a failure. It does not wait for a server that hangs: the leases of the
 * others would expire meanwhile.
 */
export class JointLiveness implements Liveness {
  readonly fleetPublisher: FleetPublisher;
  readonly #livenesses: readonly Liveness[];
  readonly #hanging = new Set<Liveness>();

  /** @param first carries what may go through any of the servers. */
  constructor(first: Liveness, others: readonly Liveness[]) {
    this.fleetPublisher = first.fleetPublisher;
    this.#livenesses = [first, ...others];
  }

  async testPresence(): Promise<boolean> {
    return (await this.#all((liveness) => liveness.testPresence())).every((hasPresence) => hasPresence);
  }

  async appear(...listeners: Parameters<Liveness['appear']>): Promise<void> {
    await this.#all((liveness) => liveness.appear(...listeners));
  }

  async renewAll(leaseMs: number): Promise<RenewalReport> {
    return joinedRenewal(await Promise.allSettled(this.#askInTime((liveness) => liveness.renewAll(leaseMs))));
  }

  async reap(rules: ReapRules): Promise<ReapReport> {
    return joinedReport(await Promise.allSettled(this.#askInTime((liveness) => liveness.reap(rules))));
  }

  async hasOtherNextDue(): Promise<boolean> {
    const answers = await Promise.allSettled(this.#askInTime((liveness) => liveness.hasOtherNextDue()));
    return answers.some((answer) => answer.status === 'fulfilled' && answer.value);
  }

  async close(): Promise<void> {
    await this.#all((liveness) => liveness.close());
  }

  #askInTime<Answer>(ask: (liveness: Liveness) => Promise<Answer>): readonly Promise<Answer>[] {
    return this.#livenesses.map(async (liveness) => {
      if (this.#hanging.has(liveness)) throw new ConnectionLostError();
      this.#hanging.add(liveness);
      return before(
        ANSWER_WITHIN_MS,
        ask(liveness).finally(() => this.#hanging.delete(liveness)),
      );
    });
  }

  #all<Answer>(ask: (liveness: Liveness) => Promise<Answer>): Promise<readonly Answer[]> {
    return allEnded(this.#livenesses.map(ask));
  }
}

async function allEnded<Answer>(asked: readonly Promise<Answer>[]): Promise<readonly Answer[]> {
  await Promise.allSettled(asked);
  return Promise.all(asked);
}

/** Short beside a lease, long beside an answer. */
const ANSWER_WITHIN_MS = 1_000;

function before<Answer>(limitMs: number, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ConnectionLostError()), limitMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** One report of several turns of the reaper, with the faults of those that failed. @throws the most severe fault, when all failed. */
export function joinedReport(turns: readonly PromiseSettledResult<ReapReport>[]): ReapReport {
  const { ended: reports, faults } = endedOf(turns);
  return {
    hasSuspects: reports.some(({ hasSuspects }) => hasSuspects),
    active: reports.reduce((sum, { active }) => sum + active, 0),
    returnedJobIds: reports.flatMap(({ returnedJobIds }) => returnedJobIds),
    hasForgotten: reports.some(({ hasForgotten }) => hasForgotten),
    nextDueInMs: soonest(reports.map(({ nextDueInMs }) => nextDueInMs)),
    faults: [...faults, ...reports.flatMap((report) => report.faults)],
  };
}

/** One report of several renewals, as {@link joinedReport}. */
export function joinedRenewal(renewals: readonly PromiseSettledResult<RenewalReport>[]): RenewalReport {
  const { ended, faults } = endedOf(renewals);
  return {
    leases: ended.flatMap(({ leases }) => leases),
    faults: [...faults, ...ended.flatMap((renewal) => renewal.faults)],
  };
}

function endedOf<T>(results: readonly PromiseSettledResult<T>[]) {
  const ended = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (ended.length === 0 && faults.length > 0) throw mostSevere(faults);
  return { ended, faults };
}

function soonest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A refusal outweighs a broken connection, which comes back by itself. */
export function mostSevere(faults: readonly unknown[]): unknown {
  return faults.find((fault) => fault instanceof ServerRefusalError) ?? faults[0];
}
