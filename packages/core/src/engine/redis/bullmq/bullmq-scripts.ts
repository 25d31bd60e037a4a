// BullMQ's own Lua, as the package ships it: the text that our batch scripts wrap, so that their semantics are BullMQ's.
import { createRequire } from 'node:module';
import { BrokerVersionError } from '../connection/redis-errors.js';

/** The names of the BullMQ scripts that Acktor runs. */
export type BullmqScriptName =
  | 'addStandardJob'
  | 'addDelayedJob'
  | 'addPrioritizedJob'
  | 'moveToActive'
  | 'moveToFinished'
  | 'moveToDelayed'
  | 'retryJob'
  | 'moveJobFromActiveToWait'
  | 'moveToWaitingChildren'
  | 'moveStalledJobsToWait'
  | 'updateProgress'
  | 'addLog'
  | 'reprocessJob'
  | 'removeJob'
  | 'cleanJobsInSet'
  | 'pause'
  | 'promote'
  | 'addJobScheduler'
  | 'updateJobScheduler'
  | 'removeJobScheduler';

/**
 * Makes a Lua function, `local function <name>(KEYS, ARGV) … end`, of each BullMQ script, to be called in a loop.
 *
 * The scripts unpack their options with `cmsgpack`; {@link tableOptions} lets them take a Lua table in its place, so that
 * a batch packs nothing twice.
 * @throws BrokerVersionError when the installed BullMQ has no such script, or ships it in another form.
 */
export function wrapScripts(names: readonly BullmqScriptName[]): string {
  return [tableOptions, ...names.map((name) => `local function ${name}(KEYS, ARGV)\n${scriptText(name)}\nend`)].join(
    '\n',
  );
}

/** The shipped text of one script. */
export function scriptText(name: BullmqScriptName): string {
  const script: unknown = shippedScripts[name];
  if (isShippedScript(script)) return script.content;
  throw new BrokerVersionError(name);
}

const tableOptions = `
local packed = cmsgpack
local cmsgpack = { unpack = function(value) if type(value) == 'table' then return value end return packed.unpack(value) end }`;

// Only the CommonJS build can be loaded by Node: the ESM build's files carry no "type": "module" (BullMQ 6.7.0).
const shippedScripts = createRequire(import.meta.url)('bullmq/dist/cjs/scripts/index.js') as Readonly<
  Record<string, unknown>
>;

function isShippedScript(script: unknown): script is { readonly content: string } {
  return typeof script === 'object' && script !== null && 'content' in script && typeof script.content === 'string';
}

/** The version of the installed BullMQ, such as `6.7.0`. */
export function bullmqVersion(): string {
  const { version } = createRequire(import.meta.url)('bullmq/package.json') as { readonly version: string };
  return version;
}
