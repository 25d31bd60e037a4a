// Readers of foreign data: each takes a value of any kind and returns it typed, rebuilt from the fields that it knows, or MISFIT.

/** Returned by a reader for a value that it does not take. */
export const MISFIT = Symbol('misfit');

/** Never throws, whatever it is given. */
export type Reader<T> = (value: unknown) => T | typeof MISFIT;

/** The type that a reader returns. */
export type Read<R> = R extends Reader<infer T> ? T : never;

/** A text of so many characters at most. */
export function text(mostChars = 1_024): Reader<string> {
  return (value) => (typeof value === 'string' && value.length <= mostChars ? value : MISFIT);
}

/** What may stand in a channel's name: letters, digits, `_` and `-`. */
export const name: Reader<string> = (value) =>
  typeof value === 'string' && /^[\w-]{1,256}$/.test(value) ? value : MISFIT;

/** One of these texts. */
export function oneOf<const T extends string>(...texts: readonly T[]): Reader<T> {
  return (value) => texts.find((one) => one === value) ?? MISFIT;
}

/** A whole number from 0. */
export const count: Reader<number> = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : MISFIT;

/** A number from 0, such as a duration. JSON can hold one that is too large for a number: 1e999 is no amount. */
export const amount: Reader<number> = (value) =>
  Number.isFinite(value) && Number(value) >= 0 ? Number(value) : MISFIT;

/** A moment in milliseconds since the epoch; beyond the bound no Date is one. */
export const moment: Reader<number> = (value) => {
  const atMs = amount(value);
  return atMs !== MISFIT && atMs <= 8.64e15 ? atMs : MISFIT;
};

export const flag: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : MISFIT);

/** Also takes what is left out: JSON knows no undefined. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value) => (value === undefined || value === null ? undefined : reader(value));
}

/** A list of so many at most, each of which fits. */
export function listOf<T>(reader: Reader<T>, most: number): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) return MISFIT;
    const list: T[] = [];
    for (const item of value as readonly unknown[]) {
      const read = reader(item);
      if (read === MISFIT) return MISFIT;
      list.push(read);
    }
    return list;
  };
}

/** The reader of each field of a type. One that may be left out takes undefined, and is then left out. */
export type FieldReaders<T> = { readonly [Name in keyof T]-?: Reader<T[Name]> };

/** An object with these fields. Others, as a newer version may send, are left behind. */
export function shape<T extends object>(fields: FieldReaders<T>): Reader<T> {
  const readers = Object.entries<Reader<unknown>>(fields);
  return (value) => {
    if (!isObject(value)) return MISFIT;
    const read: Record<string, unknown> = {};
    for (const [name, reader] of readers) {
      const field = reader(Object.hasOwn(value, name) ? value[name] : undefined);
      if (field === MISFIT) return MISFIT;
      if (field !== undefined) read[name] = field;
    }
    return read as T;
  };
}

/** One of several shapes, by the text in their field `type`. */
export function byType<T extends { readonly type: string }>(readers: {
  readonly [Type in T['type']]: Reader<Extract<T, { readonly type: Type }>>;
}): Reader<T> {
  const known = new Map<unknown, Reader<T>>(Object.entries<Reader<T>>(readers));
  return (value) => (isObject(value) ? (known.get(value['type'])?.(value) ?? MISFIT) : MISFIT);
}

/** An object that holds any JSON, with bounds on its parts and its depth, so that walking it ends. */
export function jsonObject(mostParts: number, mostDepth: number): Reader<Readonly<Record<string, unknown>>> {
  return (value) => (isObject(value) && isWithin(value, mostParts, mostDepth) ? value : MISFIT);
}

/** Reads JSON. MISFIT, too, for what is none, or longer than that. */
export function readForeignJson<T>(json: string, reader: Reader<T>, mostChars: number): T | typeof MISFIT {
  if (json.length > mostChars) return MISFIT;
  try {
    return reader(JSON.parse(json));
  } catch {
    return MISFIT;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Walks without recursion: what is nested too deep would end the stack. */
function isWithin(root: object, mostParts: number, mostDepth: number): boolean {
  let level: readonly object[] = [root];
  let parts = 0;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > mostDepth) return false;
    const values = level.flatMap((one) => Object.values(one) as readonly unknown[]);
    parts += values.length;
    if (parts > mostParts) return false;
    level = values.filter((one): one is object => typeof one === 'object' && one !== null);
  }
  return true;
}
