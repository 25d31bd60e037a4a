// Which of this process's Node flags its threads and child processes are started with.

/**
 * For a thread; undefined where it can have all of them, as it does by itself.
 *
 * Node refuses a thread some flags (`--input-type`, ERR_INPUT_TYPE_NOT_ALLOWED), or has it wait for a debugger. It also refuses V8's flags
 * when they are handed over, though a thread of a process that was started with them has them: so only what loads modules is.
 */
export function threadFlags(flags: readonly string[] = process.execArgv): string[] | undefined {
  const given = separate(flags);
  return given.some(({ name }) => UNFIT_FOR_THREADS.test(name)) ? join(given.filter(isOfLoading)) : undefined;
}

/**
 * For a child process: all, but for what names the program to run or turns Node into another tool, and what only one process can have,
 * as the debugger's port.
 */
export function childFlags(flags: readonly string[] = process.execArgv): string[] {
  return join(separate(flags).filter(({ name }) => !UNFIT_FOR_CHILDREN.test(name)));
}

/** The environment for a child process: `NODE_OPTIONS` may name a debugger's port as well, behind a `=` or as the next word. */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: options, ...others } = env;
  return options === undefined ? env : { ...others, NODE_OPTIONS: options.replace(DEBUGGER, '$1').trim() };
}

interface Flag {
  readonly name: string;
  /** The flag as it was given, with its value. */
  readonly words: readonly string[];
}

const UNFIT_FOR_THREADS = /^(--input-type|--inspect-(brk|wait))$/;

const UNFIT_FOR_CHILDREN =
  /^(-e|--eval|-p|--print|-pe|--input-type|-i|--interactive|-c|--check|--run|--(inspect|debug|test|watch|experimental-test)(-.*)?|--(cpu|heap)-prof-name|--build-snapshot(-config)?|--experimental-sea-config)$/;

/** A flag of the debugger with its value. In `NODE_OPTIONS` there are only flags and their values, so no other flag's value follows. */
const DEBUGGER = /(^|\s)--(?:inspect|debug-port)[^\s=]*(?:=\S*|\s+(?!-)\S+)?/g;

const OF_LOADING =
  /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--preserve-symlinks(-main)?|--enable-source-maps|--no-warnings)$/;

function isOfLoading({ name }: Flag): boolean {
  return OF_LOADING.test(name);
}

/** A flag's value stands behind a `=` or is the next word, which never begins with a dash but where it is code. */
function separate(words: readonly string[]): readonly Flag[] {
  const flags: Flag[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    const next = words[i + 1];
    const [name = word] = word.split('=', 1);
    const isCode = /^(-e|--eval|-p|--print|-pe)$/.test(word);
    const hasValue = next !== undefined && !word.includes('=') && (isCode || !next.startsWith('-'));
    flags.push({ name, words: hasValue ? [word, next] : [word] });
    if (hasValue) i += 1;
  }
  return flags;
}

function join(flags: readonly Flag[]): string[] {
  return flags.flatMap(({ words }) => words);
}
