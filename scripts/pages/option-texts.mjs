// Options as they are written from the rows of their table: a row of a page, and an interface, whose texts an editor shows.

/** A row of the reference's table, in Markdown. */
export function optionRow({ name, type, default: value, bounds, doc, deprecated }) {
  const text = deprecated === undefined ? doc : `**Deprecated**: ${deprecated} ${doc}`;
  return `| ${[`\`${name}\``, type, defaultCell(value), bounds, text].map(cell).join(' | ')} |`;
}

function defaultCell(value) {
  if (value === 'undefined') return '';
  return value === 'required' ? '*required*' : `\`${value}\``;
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

/** The interface of a table. What the interfaces among `bases` have is left out. */
export function optionInterface({ name, doc, table, rows, bases = [] }) {
  const known = new Set(bases.flatMap((base) => base.rows.map((row) => row.name)));
  const own = rows.filter((row) => !known.has(row.name));
  const heritage = bases.length === 0 ? '' : ` extends ${bases.map((base) => base.name).join(', ')}`;
  const members = membersOf(treeOf(own), `typeof ${table}`, '  ');
  return `${docComment(doc, '')}\nexport interface ${name}${heritage} {\n${members}\n}`;
}

/** A group's row comes before those of its options, whose names begin with its own. */
function treeOf(rows) {
  const roots = [];
  const byName = new Map();
  for (const row of rows) {
    const node = { row, inner: [] };
    byName.set(row.name, node);
    const group = byName.get(row.name.slice(0, Math.max(0, row.name.lastIndexOf('.'))));
    (group?.inner ?? roots).push(node);
  }
  return roots;
}

function membersOf(nodes, table, indent) {
  return nodes.map((node) => memberOf(node, table, indent)).join('\n');
}

function memberOf({ row, inner }, table, indent) {
  const name = row.name.slice(row.name.lastIndexOf('.') + 1);
  const isRequired = row.default === 'required';
  const group = `${indented(table)}['${name}']['of']`;
  const type =
    inner.length > 0 ? `{\n${membersOf(inner, group, `${indent}  `)}\n${indent}}` : `OptionInput<${table}, '${name}'>`;
  const doc = docComment([row.doc, factsOf(row)].filter(Boolean).join(' '), indent, tagOf(row));
  return `${doc}\n${indent}readonly ${name}${isRequired ? '' : '?'}: ${type}${isRequired ? '' : ' | undefined'};`;
}

const indented = (table) => (table.startsWith('typeof ') ? `(${table})` : table);

function tagOf({ deprecated, renamedTo }) {
  if (renamedTo !== undefined) return `@deprecated Use \`${renamedTo}\`.`;
  return deprecated === undefined ? undefined : `@deprecated ${deprecated}`;
}

/** `In milliseconds, from 1000 to 3600000; by default 15000.` */
function factsOf({ type, bounds, default: value }) {
  const isNumber = ['ms', 'bytes', 'count', 'share'].includes(type);
  const span = isNumber ? bounds.replace(/^(\d+ to)/, 'from $1') : '';
  const range = [UNITS[type], span].filter(Boolean).join(', ');
  const hasDefault = !['undefined', 'required', 'a function'].includes(value);
  const facts = [range, hasDefault ? `by default ${value}` : ''].filter(Boolean).join('; ');
  return facts === '' ? '' : `${facts[0].toUpperCase()}${facts.slice(1)}.`;
}

const UNITS = { ms: 'in milliseconds', bytes: 'in bytes' };

/** On one line where it fits. Links of the page lead nowhere in an editor. */
function docComment(text, indent, tag) {
  const plain = text.replaceAll(/ ?\(\[[^\]]*\]\([^)]*\)\)/g, '').replaceAll('*/', '*\\/');
  const line = `${indent}/** ${plain} */`;
  if (tag === undefined && line.length <= WIDEST) return line;
  const lines = [...wrapped(plain, WIDEST - indent.length - 3), ...(tag === undefined ? [] : [tag])];
  return [`${indent}/**`, ...lines.map((one) => `${indent} * ${one}`), `${indent} */`].join('\n');
}

function wrapped(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const WIDEST = 140;
