// The rights of each role: what its user must be allowed to run, asked of the server when it connects, so that nothing begins that could not end.
import type { BrokerRole } from '../../../engine.js';
import { MissingRightsError } from '../../connection/redis-errors.js';
import { allowScripts, type ScriptClient } from '../../connection/redis-script.js';
import { BUILT_SCRIPTS, type ScriptName } from './built-scripts.js';
import { commandsOf, scripts } from './scripts.js';

/** A role, and the server's user that takes it. */
export interface RoleOfUser {
  readonly role: BrokerRole;
  readonly user: string;
  /** What the keys begin with. */
  readonly namespace: string;
}

/**
 * Asks the server for the right to every command of every script of the role, in one call of some hundred microseconds. A server that cannot say
 * (before Redis 7.0) passes.
 *
 * @throws MissingRightsError for rights that are missing.
 */
export async function requireRights(client: ScriptClient, { role, user, namespace }: RoleOfUser): Promise<void> {
  const names = scriptsOf(role);
  const commands = commandsOfRole(role);
  const denied = await ask(client, [namespace, commands.join(' ')]);
  if (denied.length > 0) throw new MissingRightsError({ role, user, commands: denied });
  allowScripts(
    client,
    names.map((name) => scripts[name]),
  );
}

/** What of it the user may not run. */
async function ask(client: ScriptClient, [namespace, commands]: readonly [string, string]): Promise<readonly string[]> {
  try {
    const denied = String(await scripts.missingRights.run(client, [], [`${namespace}:acktor:rights`, commands]));
    // A user may be kept to some queues of the namespace: which keys are needed is asked by the call that needs them.
    return denied.split(' ').flatMap((each) => (each === '' || each === 'keys' ? [] : each.toLowerCase()));
  } catch (error) {
    const [, denied] = /^NOPERM\b.* '(eval|evalsha)' command/.exec(error instanceof Error ? error.message : '') ?? [];
    if (denied === undefined) throw error;
    return [denied];
  }
}

/**
 * What the role runs, within its scripts and outside of them in every case. With words in capitals that no server takes for a command.
 * @see commandsOf
 */
export function commandsOfRole(role: BrokerRole): readonly string[] {
  return [...new Set([...OUTSIDE_OF_SCRIPTS[role], ...scriptsOf(role).flatMap((name) => commandsOf(name))])].toSorted();
}

const OUTSIDE_OF_SCRIPTS: Readonly<Record<BrokerRole, readonly string[]>> = {
  producer: ['EVAL', 'EVALSHA', 'SADD'],
  worker: ['EVAL', 'EVALSHA', 'SADD', 'BZPOPMIN', 'SUBSCRIBE'],
  operator: ['EVAL', 'EVALSHA', 'SMEMBERS'],
};

function scriptsOf(role: BrokerRole): readonly ScriptName[] {
  return (Object.keys(BUILT_SCRIPTS) as ScriptName[]).filter((name) => BUILT_SCRIPTS[name].roles.includes(role));
}
