// The dashboard's page in a browser, open on the fleet.
import type { Browser, Page } from 'playwright-core';
import { openChromium } from './chromium.js';
import { nowMicros } from '../subjects/peer.js';
import type { Sight } from './view-lag.js';

export class WatchedPage implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #page: Page;
  /** Everything that came for the page so far, as it came over the wire. */
  receivedBytes = 0;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  /** Opens the fleet's page. @throws Error where there is no browser. */
  static async open(url: string): Promise<WatchedPage> {
    const browser = await openChromium();
    if (browser === undefined) throw new Error('expected chromium on the PATH to watch the fleet with: install one');
    const opened = new WatchedPage(browser, await browser.newPage({ viewport: { width: 1_440, height: 900 } }));
    await opened.#goTo(`${url}#/fleet`);
    return opened;
  }

  /** Resolves when the page says so. @throws Error when it does not in time. */
  async says(words: string): Promise<void> {
    await this.#page.getByText(words).first().waitFor({ timeout: PATIENCE_MS });
  }

  /** Resolves when the chart has so many in a state. @throws Error when it does not in time. */
  async has(consumers: number, state: string): Promise<void> {
    const name = new RegExp(`^${state}, ${consumers.toLocaleString('en')} consumers`);
    await this.#page.getByRole('button', { name }).waitFor({ timeout: PATIENCE_MS });
  }

  /** Resolves when the page counts so many acks. @throws Error when it does not in time. */
  async counts(acks: number): Promise<void> {
    const counted = this.#page.locator(`${ACKS}[value="${acks}"]`).waitFor({ timeout: PATIENCE_MS });
    await counted.catch(async () => {
      const shown = await this.#page.locator(ACKS).getAttribute('value');
      throw new Error(`expected the page to count ${acks} acks within ${PATIENCE_MS} ms, and it counts ${shown}`);
    });
  }

  /** Notes the count of acks in every frame that the page draws, until the sights are taken. */
  async beginSights(): Promise<void> {
    await this.#page.evaluate(`
      globalThis.sights = [];
      const look = () => {
        const atMs = Date.now();
        globalThis.sights.push([atMs, Number(document.querySelector('${ACKS}').value)]);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    `);
  }

  /** One for each frame, in their order. */
  async takeSights(): Promise<readonly Sight[]> {
    const sights = (await this.#page.evaluate('globalThis.sights.splice(0)')) as readonly [number, number][];
    // Both clocks are the machine's own.
    const startMicros = nowMicros() - Date.now() * 1_000;
    return sights.map(([atMs, count]) => ({ atMicros: startMicros + atMs * 1_000, count }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }

  async #goTo(address: string): Promise<void> {
    const devtools = await this.#page.context().newCDPSession(this.#page);
    devtools.on('Network.dataReceived', ({ encodedDataLength }) => (this.receivedBytes += encodedDataLength));
    await devtools.send('Network.enable');
    await this.#page.goto(address);
    await this.#page.locator('.link-live').waitFor({ timeout: PATIENCE_MS });
  }
}

const PATIENCE_MS = 60_000;
/** Where the fleet's page has the count. */
const ACKS = '.figures data';
