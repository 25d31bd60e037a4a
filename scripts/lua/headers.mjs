// The comment at the head of a script: what it is for, who runs it, its keys and arguments by name, what it replies, and what it costs.

/**
 * Reads the header of a script.
 *
 * @throws when a part is missing: a script says who runs it, what it takes, what it replies and what it costs.
 */
export function readHeader(text, { path, keyLists }) {
  const lines = headOf(text);
  const partAt = (name) => lines.findIndex((line) => line.startsWith(`-- ${name}:`));
  for (const name of ['Roles', 'Keys', 'Arguments', 'Reply', 'Cost'])
    if (partAt(name) === -1) throw new Error(`${path}: expected a header with a line "-- ${name}: …", found none`);
  const listName = lines[partAt('Keys')].slice('-- Keys:'.length).trim();
  const keys = keyLists[listName];
  if (keys === undefined)
    throw new Error(`${path}: expected a list of keys (${Object.keys(keyLists).join(', ')}), got "${listName}"`);
  const roles = rolesIn(lines[partAt('Roles')].slice('-- Roles:'.length), path);
  const args = argumentsIn(lines.slice(partAt('Arguments') + 1));
  return { roles, keyList: listName, keys, args, needsMemory: partAt('Needs memory') !== -1 };
}

/** The roles of the users of a server: docs/connecting.md lists the rights of each. */
export const ROLES = ['producer', 'worker', 'operator'];

function rolesIn(text, path) {
  const roles = text.split(',').map((role) => role.trim());
  const unknown = roles.find((role) => !ROLES.includes(role));
  if (unknown !== undefined) throw new Error(`${path}: expected roles (${ROLES.join(', ')}), got "${unknown}"`);
  return roles;
}

/** The comment lines at the top. */
function headOf(text) {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !/^--( |$)/.test(line));
  return lines.slice(0, end);
}

/** `--   name: what it is`, one each; longer indented lines go on with the one before, and dots follow the name of what is repeated. */
function argumentsIn(lines) {
  const end = lines.findIndex((line) => !line.startsWith('--   '));
  return lines
    .slice(0, end)
    .map((line) => /^-- {3}(\w+)(\.\.\.)?(:|$)/.exec(line))
    .filter((found) => found !== null)
    .map(([, name, dots]) => ({ name, isRepeated: dots !== undefined }));
}
