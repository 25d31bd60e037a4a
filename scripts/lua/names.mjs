// Names in the scripts, and the values that are put in their place: the server gets no table to look them up in.

/**
 * Returns a function that puts values in the place of the names in one line of a script:
 * - `KEYS.wait`, `ARGV.prefix`: a key or an argument, as the script's header lists them;
 * - `FIRST.entries`: the place of the first of the arguments that are repeated;
 * - `ENTRY.ack.result`: where in a repeated part an argument stands, from its first;
 * - `CONST.keptAttempts`: a constant;
 * - `INLINE.kinds('wait')`: an expression.
 */
export function nameFiller({ keys, args }, protocol) {
  const inline = inlineExpressions(protocol);
  const keyNames = keys;
  const single = args.filter(({ isRepeated }) => !isRepeated).map(({ name }) => name);
  const repeated = Object.fromEntries(args.map(({ name, isRepeated }, i) => [name, isRepeated && i + 1]));
  return (line) => {
    requireNames(line);
    return line
      .replace(/\bKEYS\.(\w+)/g, (_, name) => `KEYS[${placeIn(keyNames, name, 'key')}]`)
      .replace(/\bARGV\.(\w+)/g, (_, name) => `ARGV[${placeIn(single, name, 'argument')}]`)
      .replace(/\bFIRST\.(\w+)/g, (_, name) => String(valueIn(repeated, name, 'repeated argument')))
      .replace(/ \+ ENTRY\.(\w+)\.(\w+)/g, (_, entry, part) => offsetOf(protocol.ENTRIES, entry, part))
      .replace(
        /\bENTRY\.(\w+)\.(\w+)/g,
        (_, entry, part) => placeIn(partsOf(protocol.ENTRIES, entry), part, 'part') - 1,
      )
      .replace(/\bCONST\.(\w+)/g, (_, name) => luaValue(valueIn(protocol.CONSTANTS, name, 'constant')))
      .replace(/\bINLINE\.(\w+)\(([^()]*)\)/g, (_, name, given) =>
        valueIn(inline, name, 'expression')(...wordsIn(given)),
      );
  };
}

/** Checks the lists of names that the keys or the arguments are unpacked into: `_` stands for one that is not used. */
export function checkUnpacked(text, { keys, args }) {
  const lists = { KEYS: keys, ARGV: args.map(({ name }) => name) };
  for (const [, given, list] of text.matchAll(/local ([\w, \n]+?)\s*=\s*unpack\((KEYS|ARGV)\)/g))
    wordsIn(given).forEach((name, i) => {
      if (name !== '_' && name !== lists[list][i])
        throw new Error(`expected ${lists[list][i] ?? 'nothing'} in the place of ${name} of unpack(${list})`);
    });
}

function requireNames(line) {
  const place = /\b(?:KEYS|ARGV)\[\d+\]|\bARGV\[[\w.]+ \+ [2-9]\d*\]/.exec(line);
  if (place) throw new Error(`expected a name (KEYS.wait, ARGV.prefix, ENTRY.ack.result), got ${place[0]}`);
}

function offsetOf(entries, entry, part) {
  const offset = placeIn(partsOf(entries, entry), part, 'part') - 1;
  return offset === 0 ? '' : ` + ${offset}`;
}

function partsOf(entries, entry) {
  return valueIn(entries, entry, 'entry');
}

function placeIn(names, name, what) {
  const at = names.indexOf(name);
  if (at === -1) throw new Error(`expected a known ${what} (${names.join(', ')}), got ${name}`);
  return at + 1;
}

function valueIn(table, name, what) {
  const value = table[name];
  if (value === undefined || value === false)
    throw new Error(`expected a known ${what} (${Object.keys(table).join(', ')}), got ${name}`);
  return value;
}

function wordsIn(list) {
  return list.split(',').map((word) => word.trim().replaceAll("'", ''));
}

function luaValue(value) {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** Expressions that follow from the protocol. Those of a fetched job's text expect its hash in `fields`, as the server lists it. */
function inlineExpressions({
  PART_KINDS,
  CHANNEL_WORDS,
  ENTRIES,
  JOB_FIELDS,
  STORED_FIELDS,
  FAMILY_FIELDS,
  CONSTANTS,
}) {
  // `repeat` is a word of Lua.
  const field = (name) => (/^(?!repeat$)[a-z]\w*$/i.test(name) ? name : `['${name}']`);
  const table = (pairs) => `{ ${pairs.map(([name, value]) => `${field(name)} = ${value}`).join(', ')} }`;
  return {
    /** These parts of the queue and the kind of each. */
    kinds: (...parts) => table(parts.map((part) => [part, `'${valueIn(PART_KINDS, part, 'part of a queue')}'`])),
    /** How many arguments each word of a channel's call has. */
    arity: () => table(Object.entries(CHANNEL_WORDS).map(([word, parts]) => [word, parts.length])),
    /** Where the entry of a channel's call ends that has this word; `arity` is needed for neither of the two that nearly all have. */
    after: (at, word) =>
      `${at} + (${word} == 'fetch' and ${ENTRIES.fetch.length} or ${word} == 'ack' and ${ENTRIES.ack.length} or 1 + arity[${word}])`,
    /** How many arguments one repeated part has. */
    size: (entry) => String(partsOf(ENTRIES, entry).length),
    /** Where each field stands in a fetched job's text; 0 for what makes it more than a plain one. The count and the id are written last. */
    places: () =>
      table([
        ...JOB_FIELDS.map((field, i) => [field, i + 1]),
        ...FAMILY_FIELDS.map((field) => [field, 0]),
        ['count', JOB_FIELDS.length + 1],
        ['id', JOB_FIELDS.length + 2],
      ]),
    /** The parts of the text of a job that has no field. */
    noFields: () => `{ ${JOB_FIELDS.map(() => "'\\0'").join(', ')}, false, false }`,
    ...textOfNew(JOB_FIELDS, STORED_FIELDS, CONSTANTS.newJobMark),
  };
}

/** A fetched job that is new: most are, and the text of one is put together without a table. */
function textOfNew(jobFields, storedFields, mark) {
  const isStored = (field) => storedFields.includes(field);
  return {
    /** Whether the fields are those of a plain job before its first fetch. A hash in another order is read as any other. */
    isNew: (fields) =>
      [
        `#${fields} == ${2 * storedFields.length}`,
        ...storedFields.map((field, i) => `${fields}[${2 * i + 1}] == '${field}'`),
      ].join(' and '),
    /** The text of such a job: the values that it has, the mark of a new one where others have their count, and its id. */
    newText: (fields, separator, id) =>
      [
        ...jobFields.filter(isStored).map((field) => `${fields}[${2 * storedFields.indexOf(field) + 2}]`),
        `'${mark}'`,
        id,
      ].join(` .. ${separator} .. `),
  };
}
