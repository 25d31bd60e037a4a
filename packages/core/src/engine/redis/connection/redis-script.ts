// One Lua script on the server: called by its digest, sent again whenever the server does not know it.
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { ScriptCall, scriptHead } from './script-call.js';

/** A client on which scripts run: a connection to the one server that has all their keys. */
export type ScriptClient = Redis;

export interface ScriptOptions {
  /**
   * Whether a server that has reached its `maxmemory` refuses the script. Default false: what ends jobs and gives them back
   * must go on then, for it is what frees memory.
   */
  readonly needsMemory?: boolean;
}

/**
 * A Lua script, run atomically by the server.
 *
 * Survives `SCRIPT FLUSH` and failover to a server that never saw it: the text is sent again and the call repeated, which
 * is safe because a server that answers NOSCRIPT ran nothing.
 */
export class RedisScript {
  readonly #plain: ScriptText;
  #text: ScriptText;

  constructor(text: string, { needsMemory = false }: ScriptOptions = {}) {
    this.#plain = scriptText(text);
    this.#text = scriptText((needsMemory ? DECLARATION : MEMORY_ALLOWANCE) + text);
  }

  /** Runs the script. Rejects with the server's own error, or the connection's. */
  async run(client: ScriptClient, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await runText(this.#text, client, [keys.length, ...keys, ...args]);
    } catch (error) {
      if (!isTooNew(error)) throw error;
      this.#text = this.#plain;
      return runText(this.#text, client, [keys.length, ...keys, ...args]);
    }
  }
}

interface ScriptText {
  readonly text: string;
  /** Of a call by the text's digest. */
  readonly head: string;
}

function scriptText(text: string): ScriptText {
  return { text, head: scriptHead(createHash('sha1').update(text).digest('hex')) };
}

/**
 * Without this line a server that is out of memory refuses a script whose first write could grow something, as `RPUSH` could
 * (Redis 7.0): acks failed, and the jobs of a dead worker did not come back.
 */
const MEMORY_ALLOWANCE = '#!lua flags=allow-oom\n';

/**
 * A script that declares itself, and no flags, is one that writes: a server that takes no writes (a replica, a full disk, no memory)
 * refuses it as a whole, before it has done anything. Without, only its first write fails.
 */
const DECLARATION = '#!lua\n';

type Arguments = readonly [keyCount: number, ...(string | number)[]];

async function runText({ text, head }: ScriptText, client: ScriptClient, args: Arguments): Promise<unknown> {
  try {
    return await client.sendCommand(new ScriptCall(head, args));
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return client.eval(text, ...args);
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Redis before 7.0 cannot read the first line. It compiles a script before it runs any of it, so nothing was done. */
function isTooNew(error: unknown): boolean {
  return error instanceof Error && /compiling script.*near '#'/.test(error.message);
}
