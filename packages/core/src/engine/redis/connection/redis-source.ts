// From what names a Redis to its address: a URL, options, or a module that makes one of these.
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorReason } from '../../../foreign-text/error-text.js';
import { defineOptions } from '../../../options/options.js';
import type { RedisConnection, RedisModule, RedisSource } from './address-parts.js';
import { RedisAddress } from './address.js';
import { partsOfOptions, requirePlain } from './connection-options.js';
import { RedisModuleError } from './redis-errors.js';

/** Whether a value has the form of a source: what stands in it is checked by {@link requireSource}. */
export function isRedisSource(value: unknown): value is RedisSource {
  if (typeof value === 'string') return value.trim() !== '';
  return isPlainObject(value);
}

/** Checks what can be without connecting. @throws OptionsError naming all that is wrong with options; a URL is read later. */
export function requireSource(source: RedisSource | undefined): void {
  if (source === undefined || typeof source === 'string') return;
  if (isModule(source)) requireModule(source);
  else requirePlain(source);
}

/** @throws AddressError for a URL that is none, OptionsError for options, RedisModuleError for a module that makes neither. */
export async function addressAt(source: RedisSource): Promise<RedisAddress> {
  if (typeof source === 'string') return RedisAddress.parse(source);
  if (!isModule(source)) return new RedisAddress(partsOfOptions(source, source));
  const made = await make(source);
  if (typeof made === 'string') return RedisAddress.parse(made);
  if (isPlainObject(made)) return new RedisAddress(partsOfOptions(made, source));
  throw new RedisModuleError(
    source.module,
    `its export ${source.exportName} returns ${made === null ? 'null' : typeof made}`,
  );
}

async function make({ module, exportName, options }: RedisModule): Promise<unknown> {
  const url = isAbsolute(module) ? pathToFileURL(module).href : module;
  try {
    const found = ((await import(url)) as Readonly<Record<string, unknown>>)[exportName];
    if (typeof found === 'function') return await (found as (options: unknown) => unknown)(options);
  } catch (cause) {
    throw new RedisModuleError(module, `it failed (${errorReason(cause)})`, { cause });
  }
  throw new RedisModuleError(module, `it exports no function ${exportName}`);
}

function isModule(source: RedisConnection | RedisModule): source is RedisModule {
  return 'module' in source;
}

function requireModule(source: RedisModule): void {
  moduleOptions.check({ redis: source });
}

const moduleOptions = defineOptions({
  redis: {
    type: 'group',
    of: {
      module: { type: 'string', required: true, expected: 'the URL of a module', accepts: isNamed, doc: 'Its URL.' },
      exportName: {
        type: 'string',
        required: true,
        expected: 'a name',
        accepts: isNamed,
        doc: 'Which of its exports.',
      },
      options: { type: 'value', expected: 'plain data', accepts: isAnything, doc: 'What the function is called with.' },
    },
    required: true,
    doc: 'The module.',
  },
});

function isNamed(text: string): boolean {
  return text !== '';
}

function isAnything(value: unknown): value is unknown {
  return typeof value !== 'function';
}

/** What was made by a class, such as a client, cannot be handed to another thread. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
