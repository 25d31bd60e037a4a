// The dashboard's page in a tab of its own, which records all errors in it.
import { AssertionError } from 'chai';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { browser } from './in-browser.js';

export interface PageWish {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Whether scripts may be injected into the page, against its policy. */
  readonly bypassesPolicy?: boolean;
  /** Console messages that are no error. */
  readonly expected?: RegExp;
}

export class OpenedPage implements AsyncDisposable {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #url: string;
  readonly #faults: string[] = [];

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.#context = context;
    this.page = page;
    this.#url = url;
  }

  /** @param url - the dashboard's. */
  static async open(url: string, wish: PageWish = {}): Promise<OpenedPage> {
    const { scheme = 'light', width = 1440, height = 900, bypassesPolicy: bypassCSP = false, expected } = wish;
    const viewport = { width, height };
    const context = await (await browser()).newContext({ colorScheme: scheme, viewport, bypassCSP });
    const opened = new OpenedPage(context, await context.newPage(), url);
    opened.#watch(expected);
    return opened;
  }

  /** Opens a page, such as `fleet` or `queues/notes`, and waits until it is live. */
  async goTo(place: string): Promise<void> {
    await this.page.goto(`${this.#url}#/${place}`);
    await this.sees(this.page.locator('.link-live'));
  }

  /** Resolves when it is visible. */
  async sees(what: Locator | string | RegExp): Promise<void> {
    const isText = typeof what === 'string' || what instanceof RegExp;
    const locator = isText ? this.page.getByText(what).first() : what;
    await locator.waitFor({ state: 'visible', timeout: 15_000 });
  }

  /** Resolves when it is no longer visible. */
  async misses(what: Locator): Promise<void> {
    await what.waitFor({ state: 'hidden', timeout: 15_000 });
  }

  /** Resolves when there are more than `count` of them, visible or not. */
  async hasMoreThan(count: number, what: Locator): Promise<void> {
    await what.nth(count).waitFor({ state: 'attached', timeout: 15_000 });
  }

  /** Resolves when there are at most `count` of them. */
  async hasAtMost(count: number, what: Locator): Promise<void> {
    await what.nth(count).waitFor({ state: 'detached', timeout: 15_000 });
  }

  /** A state of the chart with so many consumers. */
  state(name: string, consumers: number): Locator {
    const noun = consumers === 1 ? 'consumer' : 'consumers';
    return this.page.getByRole('button', { name: new RegExp(`^${name}, ${consumers} ${noun}`) });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** @throws AssertionError when anything went wrong in the tab. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    if (this.#faults.length === 0) return;
    const words = `the page had faults:\n${this.#faults.join('\n')}`;
    // When the test has failed, too, mocha shows neither error.
    process.stderr.write(`${words}\n`);
    throw new AssertionError(words);
  }

  #watch(expected: RegExp | undefined): void {
    const blame = (fault: string) => {
      if (expected?.test(fault) !== true) this.#faults.push(fault);
    };
    this.page.on('pageerror', (error) => blame(`threw ${error.stack ?? error.message}`));
    this.page.on('dialog', (dialog) => {
      blame(`opened a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    this.page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') blame(`said ${message.text()}`);
    });
    this.page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(this.#url).origin) blame(`asked another host: ${request.url()}`);
    });
  }
}
