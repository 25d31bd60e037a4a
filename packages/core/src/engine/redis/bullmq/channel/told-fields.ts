// What the channel's script tells of a fetched job: some fields of its hash in a fixed order, as one text.

/** The fields of BullMQ's job hash that Acktor reads (6.7: `atm` attempts made, `ats` started, `stc` stalls); the last two are its own. */
export const TOLD_FIELDS = [
  'name',
  'data',
  'opts',
  'timestamp',
  'priority',
  'atm',
  'ats',
  'stc',
  'defa',
  'stacktrace',
  'cancel',
  'suspicions',
] as const;

/** A job's hash as far as it is told. A field that the hash does not have is undefined. */
export type ToldHash = { readonly [Field in (typeof TOLD_FIELDS)[number]]?: string | undefined };

/** What a fetched job's text says. */
export interface ToldJob {
  readonly hash: ToldHash;
  /** How many fields the hash has, told or not; -1 for what is more than a plain job, or less. */
  readonly fieldCount: number;
  readonly id: string;
  /** False when the job itself contains what is to stand between its parts: only its id and its count are known, unless that is in the id. */
  readonly isWhole: boolean;
}

const NOTHING_TOLD = [...TOLD_FIELDS.map(() => `'\\0'`), 'false', 'false'].join(', ');

/**
 * Defines `placeOf`: the places of what is told of a job; 0 for the fields that make a job more than a plain one. Its count and its id,
 * which are no fields, are written last.
 */
export const places = `
local placeOf = { ${TOLD_FIELDS.map((field, i) => `${field} = ${i + 1}`).join(', ')}, parentKey = 0, parent = 0, deid = 0,
  count = ${TOLD_FIELDS.length + 1}, id = ${TOLD_FIELDS.length + 2} }`;

/**
 * Defines `told`, all that is told of the job in `fields` but its count and its id, and `isPlain`, whether it is a plain one that is
 * whole. With the separator between its parts it makes one text, which costs both ends much less than twenty; and each byte of it
 * counts, for Lua hashes them all.
 */
export const readFields = `
local told, hasFamily = { ${NOTHING_TOLD} }, false
for i = 1, #fields, 2 do
  local place = placeOf[fields[i]]
  if place == 0 then hasFamily = true
  elseif place then told[place] = fields[i + 1] end
end
local isPlain = told[placeOf.name] ~= '\\0' and not hasFamily`;

/** The fields of a plain job that nobody has fetched yet, in the order in which BullMQ's scripts store them (6.7: `storeJob`). */
const STORED_FIELDS: readonly string[] = ['name', 'data', 'opts', 'timestamp', 'delay', 'priority'];

/** What such a job's hash has when it has been fetched: these, and when, by whom and how often it was started. */
const COUNT_ONCE_FETCHED = STORED_FIELDS.length + 3;

const isStored = (field: string) => STORED_FIELDS.includes(field);
const valueInFields = (field: string) => `fields[${2 * STORED_FIELDS.indexOf(field) + 2}]`;

/** Whether `fields` are those of a plain job that nobody has fetched yet. A hash that lies in another order is read as any other. */
export const isNew = [
  `#fields == ${2 * STORED_FIELDS.length}`,
  ...STORED_FIELDS.map((field, i) => `fields[${2 * i + 1}] == '${field}'`),
].join(' and ');

/** All that is told of such a job but its id, which follows: the values that it has, and `restOfNew`. */
export const newText = `${TOLD_FIELDS.filter(isStored).map(valueInFields).join(' .. separator .. ')} .. restOfNew`;

/** Defines `restOfNew`, what is told alike of all such jobs: the fields that they do not have, the first start, and the count. */
export const restOfNew = `
local restOfNew = table.concat({ '', ${TOLD_FIELDS.filter((field) => !isStored(field))
  .map((field) => (field === 'ats' ? `'1'` : `'\\0'`))
  .join(', ')}, '${COUNT_ONCE_FETCHED}', '' }, separator)`;

/** Reads the text that the script answers for a fetched job. */
export function readToldJob(text: string, separator: string): ToldJob {
  const parts = text.split(separator);
  const isWhole = parts.length === TOLD_FIELDS.length + 2;
  const [fieldCount, id = ''] = parts.slice(-2);
  return { hash: isWhole ? hashOf(parts) : {}, fieldCount: Number(fieldCount), id, isWhole };
}

function hashOf(parts: readonly string[]): ToldHash {
  const told = (i: number) => (parts[i] === ABSENT ? undefined : parts[i]);
  // Written out, so that all of them have one shape.
  return {
    name: told(0),
    data: told(1),
    opts: told(2),
    timestamp: told(3),
    priority: told(4),
    atm: told(5),
    ats: told(6),
    stc: told(7),
    defa: told(8),
    stacktrace: told(9),
    cancel: told(10),
    suspicions: told(11),
  };
}

const ABSENT = '\0';
