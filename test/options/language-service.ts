// The language service of TypeScript, as an editor starts it: over the Language Server Protocol.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: { readonly contents?: { readonly value: string } } | null;
}

/** One service on one folder of this repository, ended with its scope. */
export class LanguageService implements AsyncDisposable {
  readonly #server: ChildProcess;
  readonly #answers = new Map<number, (message: Message) => void>();
  #received = Buffer.alloc(0);
  #lastId = 0;

  private constructor() {
    this.#server = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--lsp', '--stdio'], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#server.stdout?.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  static async start(): Promise<LanguageService> {
    const service = new LanguageService();
    const capabilities = { textDocument: { hover: { contentFormat: ['markdown'] } } };
    await service.#ask('initialize', { processId: process.pid, rootUri: pathToFileURL(root).href, capabilities });
    service.#send({ method: 'initialized', params: {} });
    return service;
  }

  /** What it says of the first place of `word` that stands after `context` in the file; a path from the repository's root. */
  async hover(path: string, context: string, word: string): Promise<string> {
    const file = join(root, path);
    const uri = pathToFileURL(file).href;
    const text = await readFile(file, 'utf8');
    const at = text.indexOf(word, text.indexOf(context));
    if (at === -1) throw new Error(`expected ${word} after ${context} in ${path}, found none`);
    const before = text.slice(0, at).split('\n');
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    const textDocument = { uri, languageId: 'typescript', version: 1, text };
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } });
    const { result } = await this.#ask('textDocument/hover', { textDocument: { uri }, position });
    this.#send({ method: 'textDocument/didClose', params: { textDocument: { uri } } });
    return result?.contents?.value ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#server, 'close');
    await this.#ask('shutdown', undefined);
    this.#send({ method: 'exit' });
    await ended;
  }

  #ask(method: string, params: object | undefined): Promise<Message> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#send({ id, method, params });
    });
  }

  #send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#server.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const head = this.#received.indexOf('\r\n\r\n');
      const [, length] = /Content-Length: (\d+)/i.exec(this.#received.subarray(0, Math.max(0, head)).toString()) ?? [];
      const end = head + 4 + Number(length);
      if (length === undefined || this.#received.length < end) return;
      const message = JSON.parse(this.#received.subarray(head + 4, end).toString()) as Message;
      this.#received = this.#received.subarray(end);
      this.#hear(message);
    }
  }

  /** It asks, too: for settings, of which there are none. */
  #hear({ id, method, ...message }: Message): void {
    if (id === undefined) return;
    if (method === undefined) return this.#answers.get(id)?.(message);
    this.#send({ id, result: message.params?.items?.map(() => null) ?? null });
  }
}
