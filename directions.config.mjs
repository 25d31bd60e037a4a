// Who may import what, held by oxlint: `npm run directions`. The first part is the table, the second turns it to rules.
//
// A path inside a package that its `exports` does not name is refused by Node and the compiler already.

/** Libraries that only the folders named here may import, because the rest of the house must not depend on them. */
const borders = {
  elkjs: ['packages/chart/src/layout'],
  bullmq: ['packages/core/src/engine/redis/bullmq'],
  ioredis: ['packages/core/src/engine/redis/connection'],
  'cron-parser': ['packages/core/src/schedules'],
  tsyringe: ['packages/worker/src/handler', 'packages/examples/src'],
  'reflect-metadata': ['packages/worker/src/handler', 'packages/examples/src'],
  commander: ['packages/cli/src'],
  'cli-table3': ['packages/cli/src'],
  'cli-progress': ['packages/cli/src', 'packages/examples/src'],
  picocolors: ['packages/cli/src'],
  tinyglobby: ['packages/cli/src'],
};

const core = 'packages/core/src';
const composition = [`${core}/engine/default-engine.ts`, `${core}/index.ts`, `${core}/*-door.ts`];

/** Folders of the core that only the files named here may import, besides their own: what Acktor is must not depend on them. */
const closedFolders = [
  { path: 'redis', openTo: [...composition, `${core}/server/**/*.ts`], advice: 'ask the port, in core/src/engine' },
  {
    path: 'server',
    openTo: [`${core}/engine/default-engine.ts`, `${core}/server-door.ts`],
    advice: 'engine/default-engine.ts finds the server',
  },
];

/** Which of our packages each package may import. What is not named here (test, bench) may import anything. */
const packages = {
  core: [],
  chart: [],
  worker: ['core', 'chart'],
  testing: ['core', 'worker'],
  // The memory engine, for the kit alone: an optional peer.
  actors: ['core', 'worker', 'testing'],
  dashboard: ['core', 'chart'],
  cli: ['core', 'chart', 'worker', 'dashboard'],
  examples: ['core', 'chart', 'worker', 'actors', 'cli', 'dashboard'],
};

const refuse = (regex, message) => ({ regex, message });

const leavesItsPackage = refuse(
  String.raw`^\.\.?/(.*/)?(src|dist|node_modules)/`,
  "A relative path must stay in its own package: import another package by its door, '@acktor/<name>'.",
);

const passesTheDoor = refuse(
  '^@acktor/[^/]+/(src|dist)(/|$)',
  "Import another package by its door, '@acktor/<name>': export there what is missing.",
);

// The package's door shows the plain client to tools and tests: its path begins with './engine/'.
const callsWithoutEnd = refuse(
  String.raw`^(\./|\.\./(.*/)?)connection/connection\.js$`,
  'A call on a plain client can stay without an answer for ever: take a guarded one, of engine/redis/connection/guarded-connection.ts.',
);

function wrongDirection(name, allowed) {
  const refused = [...Object.keys(packages), 'test', 'bench'].filter((other) => !allowed.includes(other));
  return refuse(
    `^@acktor/(${refused.join('|')})(/|$)`,
    `Of our packages ${name} may import [${allowed.join(', ')}]: move what both need to core.`,
  );
}

function borderOf(library) {
  const folders = borders[library];
  return refuse(`^${library}(/|$)`, `Only ${folders.join(', ')} may import ${library}: give it a type of ours there.`);
}

function closed({ path, advice }) {
  return refuse(String.raw`^\.\.?/(.*/)?${path}/`, `Only the default engine may import ${path}/: ${advice}.`);
}

/** The patterns that hold in a package, without the borders of the libraries, and of the folders, that are `open` to a part of it. */
function patternsFor(name, open = []) {
  const closedLibraries = Object.keys(borders).filter((library) => !open.includes(library));
  const folders = name === 'core' ? closedFolders.filter(({ path }) => !open.includes(path)) : [];
  return [
    leavesItsPackage,
    passesTheDoor,
    callsWithoutEnd,
    wrongDirection(name, packages[name]),
    ...closedLibraries.map(borderOf),
    ...folders.map(closed),
  ];
}

const restrict = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } });

const packageRules = Object.keys(packages).map((name) =>
  restrict([`packages/${name}/**/*.{ts,mts,js,mjs}`], patternsFor(name)),
);

const borderRules = [...new Set(Object.values(borders).flat())].map((folder) => {
  const open = Object.keys(borders).filter((library) => borders[library].includes(folder));
  return restrict([`${folder}/**/*.ts`], patternsFor(folder.split('/')[1], open));
});

const closedRules = [...new Set(closedFolders.flatMap(({ openTo }) => openTo))].map((files) => {
  const open = closedFolders.filter(({ openTo }) => openTo.includes(files)).map(({ path }) => path);
  return restrict([files], patternsFor('core', open));
});

// The order of the last two matters: oxlint stops at a pattern that lets an import pass by its '!'.
const machineRules = restrict(
  ['packages/**/*.machine.ts'],
  [
    leavesItsPackage,
    {
      regex: String.raw`^\.`,
      allowTypeImports: true,
      message: 'A machine imports only types of ours: give it what runs with `.provide()`.',
    },
    { group: ['*', '!xstate', '!./**', '!../**'], message: 'A machine imports only xstate and types of ours.' },
  ],
);

export default {
  plugins: ['import'],
  categories: { correctness: 'off' },
  options: { denyWarnings: true },
  ignorePatterns: ['**/dist/**', '**/node_modules/**'],
  rules: { 'import/no-cycle': ['error', { ignoreTypes: false }] },
  overrides: [...packageRules, ...borderRules, ...closedRules, machineRules],
};
