// Runs a scenario again and again, each time with a crash at another turn, and compares what it comes to with a run without one.
import { Producer } from '@acktor/core';
import type { Engine, Settling } from '@acktor/core/engine';
import { Worker, type HostedActor, type WorkerOptions } from '@acktor/worker';
import { isDeepStrictEqual } from 'node:util';
import { crashingEngine, type Crash, type CrashKind } from './crashing-engine.js';
import { computedTwice, SILENT } from './watched-turns.js';

/** What is run under crashes. */
export interface CrashScenario<Outcome> {
  /** An engine for each run, for example `() => memoryEngine({ clock: 'machine' })` of @acktor/testing. */
  readonly engine: () => Engine;
  readonly actors: readonly HostedActor[];
  /** The handlers of the jobs that the actors invoke and send, anew for each run; at least one. They may be run more than once. */
  readonly handlers: () => WorkerOptions['handlers'];
  /** Starts actors, sends events, waits for states, and resolves with what must be the same however workers die. */
  readonly run: (producer: Producer) => Promise<Outcome>;
}

/** One run: the crash, and what it came to. */
export interface CrashRow<Outcome> {
  readonly kind: CrashKind;
  /** The settlement that went wrong, from 1. */
  readonly at: number;
  /** The mail that it was of, in short; undefined where the run came to its end without so many. */
  readonly mail: string | undefined;
  readonly outcome: Outcome | Error;
  readonly isSame: boolean;
}

/** All runs, and the one without a crash. */
export interface CrashMatrix<Outcome> {
  readonly expected: Outcome;
  readonly rows: readonly CrashRow<Outcome>[];
  /** The same as a table for people. */
  readonly table: string;
}

/**
 * Drives every turn that a scenario reaches with a crash before and after its commit. Before: the worker counts as dead, its mail is delivered again,
 * and it still sends its settlement, as a zombie does. After: the settlement is stored, its reply is lost, and it is made again. Every turn is
 * computed twice, and differing results reject: a logic that reads a clock or draws numbers is not pure. Rejects where the run without a crash does.
 * @example
 * const { rows, table } = await crashMatrix({ engine: () => memoryEngine({ clock: 'machine' }), actors: [order], handlers, run });
 * if (!rows.every(({ isSame }) => isSame)) throw new Error(table);
 */
export async function crashMatrix<Outcome>(scenario: CrashScenario<Outcome>): Promise<CrashMatrix<Outcome>> {
  const names = new Set(scenario.actors.map(({ mailbox }) => mailbox.name));
  const counts = ({ job, settlement }: Settling) => names.has(job.record.name) && settlement.kind === 'ack';
  const plain = await runOnce(scenario, { kind: 'before', at: 0, counts });
  if (plain.outcome instanceof Error) throw plain.outcome;
  const expected = plain.outcome;
  const rows: CrashRow<Outcome>[] = [];
  for (let at = 1; at <= plain.settlements; at += 1)
    for (const kind of ['before', 'after'] as const) {
      const { outcome, crashed } = await runOnce(scenario, { kind, at, counts });
      rows.push({ kind, at, mail: crashed && shown(crashed), outcome, isSame: isDeepStrictEqual(outcome, expected) });
    }
  return { expected, rows, table: tableOf(rows) };
}

interface Run<Outcome> {
  readonly outcome: Outcome | Error;
  readonly settlements: number;
  readonly crashed: Settling | undefined;
}

async function runOnce<Outcome>(scenario: CrashScenario<Outcome>, crash: Crash): Promise<Run<Outcome>> {
  const { engine, report } = crashingEngine(scenario.engine(), crash);
  const actors = scenario.actors.map(computedTwice);
  const worker = await Worker.start({ engine, handlers: scenario.handlers(), actors, consumers: 4, logger: SILENT });
  const producer = await Producer.connect({ engine });
  try {
    const outcome = await scenario.run(producer).catch((error: unknown) => asError(error));
    return { outcome, settlements: report.settlements, crashed: report.crashed };
  } finally {
    await producer.close();
    await worker.close();
  }
}

function shown({ job: { record } }: Settling): string {
  return `${record.name} ${record.payload}`.slice(0, LONGEST_SHOWN);
}

function tableOf(rows: readonly CrashRow<unknown>[]): string {
  const lines = rows.map(({ at, kind, mail = 'not reached', isSame }) => {
    return `${String(at).padStart(4)}  ${kind.padEnd(6)}  ${isSame ? 'same     ' : 'DIFFERENT'}  ${mail}`;
  });
  return ['  at  crash   outcome    mail', ...lines].join('\n');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

const LONGEST_SHOWN = 100;
