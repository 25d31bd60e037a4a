// A real server that speaks TLS on a port, and plainly on a socket for the test itself.
import { quietPort } from '@acktor/chaos';
import { PrivateServer, type ServerSettings } from '@acktor/core/server';
import { makeCertificates, type Certificates } from './certificates.js';

export class TlsServer implements AsyncDisposable {
  readonly server: PrivateServer;
  readonly certificates: Certificates;
  readonly #port: number;

  private constructor(server: PrivateServer, certificates: Certificates, port: number) {
    this.server = server;
    this.certificates = certificates;
    this.#port = port;
  }

  static async start(settings: ServerSettings = {}): Promise<TlsServer> {
    const certificates = await makeCertificates();
    const port = await quietPort();
    const { ca, server: own } = certificates;
    const tls = { 'tls-port': port, 'tls-ca-cert-file': ca, 'tls-cert-file': own.cert, 'tls-key-file': own.key };
    const server = await PrivateServer.start({ settings: { ...tls, 'tls-auth-clients': 'no', ...settings } });
    return new TlsServer(server, certificates, port);
  }

  /** `user` as it stands in a URL, with its password. */
  url(parameters: Readonly<Record<string, string>> = { ca: this.certificates.ca }, user = ''): string {
    const query = new URLSearchParams(parameters).toString();
    return `rediss://${user === '' ? '' : `${user}@`}127.0.0.1:${this.#port}${query === '' ? '' : `?${query}`}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    await this.certificates[Symbol.asyncDispose]();
  }
}
