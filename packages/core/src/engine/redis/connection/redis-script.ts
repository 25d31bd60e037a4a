// One Lua script on the server: called by its digest, sent again whenever the server does not know it.
import { createHash } from 'node:crypto';
import { constants } from 'node:buffer';
import { type Redis, Command } from 'ioredis';
import { UnwritableCallError } from '../../broker-errors.js';

/** A client on which scripts run: a connection to the one server that has all their keys. */
export type ScriptClient = Redis;

export interface ScriptOptions {
  /**
   * Whether a server that has reached its `maxmemory` refuses the script. Default false: what ends jobs and gives them back
   * must go on then, because it frees memory.
   */
  readonly needsMemory?: boolean;
  /** Makes Lua that returns a refusal where the user lacks a right that the script needs. It runs before the script, in its first call. */
  readonly rightsCheck?: () => string;
}

/**
 * A Lua script, run atomically by the server.
 *
 * Survives `SCRIPT FLUSH` and failover to a server that never saw it: the text is sent again and the call repeated, which
 * is safe because a server that answers NOSCRIPT ran nothing.
 *
 * A script that may not run one of its commands fails there, halfway. So the first call of each on a connection asks for the right to all of them
 * before it does anything, in the same call, unless {@link allowScripts} has; and the next one does when the server has denied something.
 */
export class RedisScript {
  readonly #plain: ScriptText;
  readonly #declaration: string;
  readonly #rightsCheck: (() => string) | undefined;
  #text: ScriptText;
  /** With a look at the rights first; made when it is first needed. */
  #asking: ScriptText | undefined;
  #isTooNew = false;

  constructor(text: string, { needsMemory = false, rightsCheck }: ScriptOptions = {}) {
    this.#declaration = needsMemory ? DECLARATION : MEMORY_ALLOWANCE;
    this.#rightsCheck = rightsCheck;
    this.#plain = scriptText(text);
    this.#text = scriptText(this.#declaration + text);
  }

  /** Runs the script. Rejects with the server's own error, or the connection's. */
  async run(client: ScriptClient, keys: readonly string[], args: ScriptArguments): Promise<unknown> {
    const given = 'head' in args ? { keys, args: args.rest, head: args.head } : { keys, args };
    const allowed = this.#rightsCheck && ((client as AskedClient)[ALLOWED] ?? beginAsking(client));
    const isAllowed = allowed === undefined || allowed.has(this);
    try {
      const reply = await runText(isAllowed ? this.#text : this.#askingText(), client, given);
      if (!isAllowed) allowed.add(this);
      return reply;
    } catch (error) {
      if (isDenial(error)) allowed?.clear();
      if (!isTooNew(error)) throw error;
      this.#isTooNew = true;
      this.#text = this.#plain;
      return runText(this.#text, client, given);
    }
  }

  #askingText(): ScriptText {
    // A server that is too old for the first line cannot answer either.
    if (this.#rightsCheck === undefined || this.#isTooNew) return this.#text;
    return (this.#asking ??= scriptText(this.#declaration + this.#rightsCheck() + this.#plain.text));
  }
}

/** Those of a connection of which the server has said that its user may run all that is in them. */
const ALLOWED = Symbol('scripts that the user may run');

/** A field of the client and no map of clients: it is read for each call. */
interface AskedClient {
  [ALLOWED]?: Set<RedisScript>;
}

function beginAsking(client: ScriptClient): Set<RedisScript> {
  const allowed = new Set<RedisScript>();
  (client as AskedClient)[ALLOWED] = allowed;
  // The next connection may be to another server.
  client.on('close', () => allowed.clear());
  return allowed;
}

/** The server has said that the user of this connection may run all that is in these scripts: their first calls need not ask. */
export function allowScripts(client: ScriptClient, scripts: Iterable<RedisScript>): void {
  const allowed = (client as AskedClient)[ALLOWED] ?? beginAsking(client);
  for (const script of scripts) allowed.add(script);
}

/** Called with what a script has answered of an entry that failed alone: when it was denied, the next call of each script asks for its rights. */
export function noteDenial(client: ScriptClient, reply: string): void {
  if (DENIAL.test(reply)) (client as AskedClient)[ALLOWED]?.clear();
}

const DENIAL = /\bNOPERM\b|can't run this command or subcommand/;

function isDenial(error: unknown): boolean {
  return error instanceof Error && DENIAL.test(error.message);
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

interface Arguments {
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
  /** What comes before `args`. */
  readonly head?: WrittenArguments | undefined;
}

/** Arguments of a call; those of `head` come first. */
export type ScriptArguments =
  readonly (string | number)[] | { readonly head: WrittenArguments; readonly rest: readonly (string | number)[] };

/** Arguments that are the same in many calls, written once. */
export class WrittenArguments {
  readonly values: readonly (string | number)[];
  readonly text: string;

  /** @throws UnwritableCallError as {@link ScriptCall} does. */
  constructor(values: readonly (string | number)[]) {
    this.values = values;
    this.text = values.map(bulkString).join('');
  }
}

async function runText({ text, head }: ScriptText, client: ScriptClient, given: Arguments): Promise<unknown> {
  try {
    return await client.sendCommand(new ScriptCall(head, given));
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    const { keys, args, head: first } = given;
    return client.eval(text, keys.length, ...keys, ...(first?.values ?? []), ...args);
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Redis before 7.0 cannot read the first line. It compiles a script before it runs any of it, so nothing was done. */
function isTooNew(error: unknown): boolean {
  return error instanceof Error && /compiling script.*near '#'/.test(error.message);
}

/**
 * `EVALSHA` for `Redis.sendCommand`, as the protocol has it: an array of bulk strings.
 *
 * ioredis copies, flattens and looks over the arguments of a command before it writes them, which costs more than to write them:
 * with the nine of a small job 3.5 µs, where this takes 1.8 (ioredis 6.0, Node 20, calls of 25 jobs). The keys of a queue are written once.
 * The command itself has no arguments, so neither traces of ioredis nor the errors that it makes show any.
 */
export class ScriptCall extends Command {
  readonly #text: string;

  /**
   * @param head The command's name and the script's digest, as {@link scriptHead} wrote them.
   * @param given Its keys are never changed after their first call. Its arguments are texts, and whole numbers up to `Number.MAX_SAFE_INTEGER`: a greater one would be written with an exponent.
   * @throws UnwritableCallError when one is anything else, or all of them together are longer than a string can be; nothing was sent.
   */
  constructor(head: string, { keys, args, head: first = NONE_WRITTEN }: Arguments) {
    super('evalsha', [], { replyEncoding: 'utf8' });
    const count = HEAD_PARTS + keys.length + first.values.length + args.length;
    let text = `*${count}\r\n${head}${keysText(keys)}${first.text}`;
    // No `try` around this loop for the RangeError: with one a delivery cost 17 µs in place of 12, as V8 (Node 20) collects the pieces late.
    for (const argument of args) {
      const part = bulkString(argument);
      if (text.length + part.length > MOST_UNITS) throw new UnwritableCallError('more text than a call can carry');
      text += part;
    }
    this.#text = text;
  }

  override toWritable(): string {
    return this.#text;
  }
}

/** What all calls of a script begin with. */
export function scriptHead(digest: string): string {
  return bulkString('EVALSHA') + bulkString(digest);
}

const NONE_WRITTEN = new WrittenArguments([]);

/** The command, the digest and the number of keys. */
const HEAD_PARTS = 3;

/** How many keys they are, and these. */
function keysText(keys: readonly string[]): string {
  const known = writtenKeys.get(keys);
  if (known !== undefined) return known;
  const text = bulkString(keys.length) + keys.map(bulkString).join('');
  // All the keys of a queue are listed once, when it is opened; shorter lists are made for a call.
  if (keys.length >= FEWEST_KEPT) writtenKeys.set(keys, text);
  return text;
}

const writtenKeys = new WeakMap<readonly string[], string>();
const FEWEST_KEPT = 8;

/** Of a string, less what stands around one argument. */
const MOST_UNITS = constants.MAX_STRING_LENGTH - 64;

/** What the types say, and what is written, whatever came: `undefined` would be stored as a word, which no reader of JSON takes. */
export function requireArgument(value: unknown): asserts value is string | number {
  if (typeof value !== 'string' && !Number.isSafeInteger(value)) throw new UnwritableCallError(whatIs(value));
}

function whatIs(value: unknown): string {
  if (typeof value === 'number') return `the number ${value}`;
  return value === null ? 'null' : typeof value;
}

function bulkString(value: string | number): string {
  requireArgument(value);
  if (typeof value === 'string' && value.length > MOST_UNITS)
    throw new UnwritableCallError('more text than a call can carry');
  const text = typeof value === 'string' ? value : String(value);
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** Whether the text has more bytes than that. A UTF-16 unit takes at most 3, so short text need not be counted. */
export function isLonger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}

/** Describes a text that is too long, for an error. The server would hang up, and every call on the connection would fail. */
export function tooLong(text: string, maxBytes: number): string {
  return `a text of ${Buffer.byteLength(text)} bytes, and the server takes ${maxBytes} (proto-max-bulk-len)`;
}
