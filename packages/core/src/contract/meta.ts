// The headers of a job: short texts that travel beside its payload, such as the tenant, the trace or the locale it is for.
import { describe } from '../options/option-fault.js';

/** Texts by their names, frozen. Read from the queue, each is as the sender gave it. */
export type Meta = Readonly<Record<string, string>>;

/** Of a job that was sent without headers. */
export const NO_META: Meta = Object.freeze({});

/** They lie in the hash of each job, which Redis is to keep whole in memory. */
export const MOST_HEADERS = 32;
const LONGEST_VALUE = 1_024;
export const MOST_META_BYTES = 4_096;

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** The option of a send. */
export const metaOption = {
  type: 'value',
  expected: `an object of at most ${MOST_HEADERS} texts`,
  accepts: (value: unknown): value is Meta => metaFault(value) === undefined,
  hint: (given: unknown) => metaFault(given),
  doc: `Headers of the job, texts by their names, such as \`{ tenant: 'acme', locale: 'de' }\`: its handler has them in \`delivery.meta\`. At most ${MOST_HEADERS}, of ${LONGEST_VALUE} characters each, and ${MOST_META_BYTES} bytes of JSON together; a name begins with a letter and has up to 64 letters, digits, \`_\`, \`.\` and \`-\`. They are kept as they are: whoever may see the queue sees them.`,
} as const;

/** What is wrong with them, in words; undefined when nothing is. */
function metaFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'each header is a name with a text';
  const entries = Object.entries(value);
  if (entries.length > MOST_HEADERS) return `it has ${entries.length} headers`;
  for (const [name, text] of entries) {
    const fault = headerFault(name, text);
    if (fault !== undefined) return fault;
  }
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes > MOST_META_BYTES ? `its headers have ${bytes} bytes as JSON` : undefined;
}

function headerFault(name: string, text: unknown): string | undefined {
  if (!NAME.test(name)) return `the name ${describe(name)} is none: letters, digits, "_", "." and "-", a letter first`;
  if (typeof text !== 'string') return `the header ${name} is no text, but ${describe(text)}`;
  if (text.length > LONGEST_VALUE) return `the header ${name} has ${text.length} characters`;
  return text.isWellFormed() ? undefined : `the header ${name} holds half of a character`;
}

let last: { readonly text: string; readonly meta: Meta } | undefined;

/**
 * The headers as they are sent: copied, so that a later change of the caller's object changes no job that waits for its turn. Undefined for
 * none. Equal headers one after another are one object, by which jobs are sent together.
 */
export function sentMeta(given: Meta | undefined): Meta | undefined {
  if (given === undefined) return undefined;
  const text = JSON.stringify(given);
  if (text === '{}') return undefined;
  if (last?.text !== text) last = { text, meta: Object.freeze(JSON.parse(text) as Meta) };
  return last.meta;
}

/** What of a stored value, which any client may have written, are headers; undefined for none. */
export function readMeta(stored: unknown): Meta | undefined {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return undefined;
  const headers = Object.entries(stored).filter(([name, text]) => headerFault(name, text) === undefined);
  if (headers.length === 0) return undefined;
  return Object.freeze(Object.fromEntries(headers.slice(0, MOST_HEADERS)) as Meta);
}
