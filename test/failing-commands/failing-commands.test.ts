// Every command of every script fails in turn: because a key holds another kind of value, and because the user may not run it.
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { faultsOf, spoilings } from './judgement.js';
import { scenarios } from './scenarios.js';
import type { Scenario } from './states.js';
import { TrialQueue } from './trial-queue.js';
import {
  BUILT_SCRIPTS,
  PART_KINDS,
  TrialServer,
  type Recording,
  type ScriptCall,
  type Snapshot,
  type TrialEnd,
} from './trial-server.js';

interface Prepared {
  readonly scenario: Scenario;
  readonly snapshot: Snapshot;
  readonly call: ScriptCall;
  readonly recording: Recording;
  readonly sound: TrialEnd;
}

describe('a command of a script that fails', function () {
  this.timeout(300_000);
  let server: TrialServer;
  const all: Prepared[] = [];

  before(async () => {
    server = await TrialServer.start();
    await using queue = new TrialQueue(server);
    for (const scenario of scenarios) {
      await server.client.flushdb();
      const call = await scenario.prepare(queue);
      const snapshot = await server.snapshot();
      const recording = await server.record(snapshot, call);
      const sound = await server.tryCall(snapshot, call);
      all.push({ scenario, snapshot, call, recording, sound });
    }
  });

  after(() => server[Symbol.asyncDispose]());

  it('is one that a scenario runs: all of them are', async () => {
    const known = new Set(((await server.client.command('LIST')) as string[]).map((name) => name.toUpperCase()));
    const ofTurns = await commandsOfTurns();
    const unseen = Object.entries(BUILT_SCRIPTS).flatMap(([script, { commands }]) => {
      const seen = new Set(
        all.filter(({ scenario }) => scenario.script === script).flatMap(({ recording }) => recording.commands),
      );
      return commands
        .map((command) => command.replace(/\|.*/, ''))
        .filter((command) => known.has(command) && !ofTurns.has(command))
        .filter((command) => !seen.has(command) && !(UNUSED[script] ?? []).includes(command))
        .map((command) => `${script}: ${command}`);
    });
    expect(unseen, 'write a scenario in which the script runs it').to.deep.equal([]);
  });

  it('is tried in calls that do not fail otherwise', () => {
    const failed = all.filter(
      ({ sound }) => sound.reply instanceof Error || /^(ERR|WRONGTYPE)/.test(String(sound.reply)),
    );
    expect(failed.map(({ scenario, sound }) => `${scenario.title}: ${String(sound.reply)}`)).to.deep.equal([]);
  });

  it('of giving jobs their turns is one that a scenario with keys runs', async () => {
    const withKeys = all.filter(({ snapshot }) => snapshot.some(({ key }) => key.endsWith(':acktor:turns')));
    const seen = new Set(withKeys.flatMap(({ recording }) => recording.commands));
    const asked = [...(await commandsOfTurns())].filter((command) => !BESIDE_TURNS.includes(command));
    expect(asked.filter((command) => !seen.has(command))).to.deep.equal([]);
  });

  it('of moving a job out of the place of a part of its queue is one that a scenario runs', () => {
    const seen = new Set(all.flatMap(({ recording }) => recording.commands));
    const [moving] = /ipairs\(\{ ([^}]+'LSET'[^}]+) \}\) do/.exec(BUILT_SCRIPTS.repairPart.text)?.slice(1) ?? [];
    const asked = [...(moving ?? '').matchAll(/'([A-Z]+)'/g)].map(([, name = '']) => name);
    expect(asked).to.include('RENAME');
    expect(asked.filter((command) => !seen.has(command))).to.deep.equal([]);
  });

  it('for the kind of a key leaves each job in one place, and changes nothing of what it refuses', async () => {
    const faults: string[] = [];
    for (const prepared of all)
      for (const key of keysOf(prepared.recording)) faults.push(...(await trySpoilt(server, prepared, key)));
    expect(faults.length, `\n${faults.join('\n')}`).to.equal(0);
  });

  it('for want of a right leaves each job in one place, and changes nothing of what it refuses', async () => {
    const faults: string[] = [];
    for (const prepared of all)
      for (const command of prepared.recording.commands) faults.push(...(await tryDenied(server, prepared, command)));
    expect(faults.length, `\n${faults.join('\n')}`).to.equal(0);
  });
});

/** What gives jobs with keys their turns: asked of all scenarios together, and not of each script that includes it. */
async function commandsOfTurns(): Promise<ReadonlySet<string>> {
  const folder = 'packages/core/src/engine/redis/bullmq/scripts/includes';
  const texts = await Promise.all(['turns', 'settled-turns'].map((name) => readFile(`${folder}/${name}.lua`, 'utf8')));
  return new Set(texts.flatMap((text) => [...text.matchAll(/'([A-Z]{2,})'/g)].map(([, name = '']) => name)));
}

/** What a script has of an include without running it. */
const UNUSED: Readonly<Partial<Record<string, readonly string[]>>> = {
  channel: ['SADD'],
  outboxForward: ['SADD'],
  publish: ['SADD', 'SCARD'],
  send: ['SADD', 'SCARD'],
  move: ['SADD'],
  pause: ['GET'],
  purgeKey: ['SCARD'],
  symptoms: ['LLEN'],
  putSchedule: ['HSET'],
  removeSchedule: ['GET', 'HMGET'],
};

/** Words in capitals that are no commands. */
const BESIDE_TURNS: readonly string[] = ['WITHSCORES', 'LIMIT', 'PX', 'NX'];

async function trySpoilt(server: TrialServer, { scenario, snapshot, call, sound }: Prepared, key: string) {
  const faults: string[] = [];
  for (const spoil of spoilings(key, snapshot, kindOf(key))) {
    const before = await server.surveyOf(snapshot, { spoil });
    const after = await server.tryCall(snapshot, call, { spoil });
    const found = faultsOf({ before, sound, after, spoilt: key });
    faults.push(
      ...found.map((fault) => `${scenario.title}, with ${spoil.at(-1)?.[0]} ${key}: with another kind ${fault}`),
    );
  }
  return faults;
}

async function tryDenied(server: TrialServer, { scenario, snapshot, call, sound }: Prepared, denied: string) {
  const before = await server.surveyOf(snapshot);
  const after = await server.tryCall(snapshot, call, { denied });
  return faultsOf({ before, sound, after }).map((fault) => `${scenario.title}, without ${denied}: ${fault}`);
}

function keysOf({ touched }: Recording): readonly string[] {
  return [...new Set(touched.map((each) => each.slice(each.indexOf(' ') + 1)))];
}

function kindOf(key: string): string {
  const [, , part = ''] = key.split(':');
  if (key.includes(':acktor:line:')) return 'list';
  if (part in PART_KINDS) return PART_KINDS[part as keyof typeof PART_KINDS];
  return /:(lock|dependencies|unsuccessful|logs)$|:de:|:dn:/.test(key) ? 'another' : 'hash';
}
