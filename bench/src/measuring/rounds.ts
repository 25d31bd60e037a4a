// Runs a case: Acktor, peer, Acktor, peer, so that what the machine does meanwhile meets both alike.
import type { Bench, BenchCase } from '../cases/bench-case.js';
import type { Servers } from '../servers/servers.js';
import { QUEUE } from '../subjects/peer.js';
import { SubjectProcess } from '../subjects/subject-process.js';
import type { SubjectName } from '../subjects/subjects.js';
import { compare, type Absence, type Comparison, type Round } from './comparison.js';
import type { Figures } from './metric.js';

export interface RoundsDeps {
  readonly servers: Servers;
  readonly isQuick: boolean;
  readonly rounds: number;
  /** Where processor profiles of the processes under test go; none are made without. */
  readonly profileFolder: string | undefined;
  /** Whose processes are put under test: those of another build, or by default ours. */
  readonly entries?: URL;
  /** Called with how it goes, in words for people. */
  readonly log: (message: string) => void;
}

/** A peer that fails is left out from then on, and its line says why; when Acktor fails, so does this. */
export async function runRounds(benchCase: BenchCase, deps: RoundsDeps): Promise<readonly Comparison[]> {
  const count = Math.min(deps.rounds, mostRounds(benchCase, deps.isQuick));
  const rounds: Round[] = [];
  const absent: Absence[] = [];
  const peers = (deps.isQuick ? benchCase.quickPeers : undefined) ?? benchCase.peers;
  for (let number = 1; number <= count; number += 1) {
    const round: Record<string, Figures> = { acktor: await runOnce(benchCase, 'acktor', deps) };
    for (const peer of peers.filter((name) => !absent.some((absence) => absence.peer === name))) {
      try {
        round[peer] = await runOnce(benchCase, peer, deps);
      } catch (error) {
        absent.push({ peer, why: error instanceof Error ? error.message : String(error) });
        deps.log(`${benchCase.name} ${number}/${count}: ${peer} is left out: ${String(error)}`);
      }
    }
    rounds.push(round);
    const figures = Object.entries(round).map(([name, given]) => brief(name, given));
    deps.log(`${benchCase.name} ${number}/${count}: ${figures.join(' | ')}`);
  }
  return compare(benchCase.name, rounds, { peers, absent });
}

function mostRounds({ mostRounds: most = Infinity }: BenchCase, isQuick: boolean): number {
  return isQuick && most < Infinity ? 1 : most;
}

/** One run of one subject, on an emptied server, in fresh processes that are gone afterwards. */
export async function runOnce(
  benchCase: BenchCase,
  subject: SubjectName,
  { servers, isQuick, profileFolder, log, entries }: Omit<RoundsDeps, 'rounds'>,
): Promise<Figures> {
  const server = await servers.serverOf(subject);
  await server.clear();
  const started: SubjectProcess[] = [];
  const start: Bench['start'] = (name, order) => {
    const request = { queue: QUEUE, address: server.address, ...order };
    const child = new SubjectProcess(name, request, { profileFolder, entries });
    started.push(child);
    return child;
  };
  try {
    return await benchCase.run(subject, { server, redis: servers.redis, isQuick, log, start });
  } finally {
    await Promise.all(started.map((child) => child.end()));
  }
}

function brief(name: string, figures: Figures): string {
  const values = Object.entries(figures).map(([metric, value]) => `${metric} ${value.toPrecision(4)}`);
  return `${name} ${values.join(', ')}`;
}
