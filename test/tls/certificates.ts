// An authority, and certificates that it has signed, in files of a folder that goes with its test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** Paths of PEM files. */
export interface Certificates extends AsyncDisposable {
  readonly ca: string;
  /** For 127.0.0.1 and `redis.test`. */
  readonly server: CertificatePaths;
  readonly client: CertificatePaths;
}

export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
}

export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'acktor-tls-'));
  const authority = await generate([{ name: 'commonName', value: 'Acktor trial authority' }], {
    ...ELLIPTIC,
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, authority.cert);
  const sign = async (name: string): Promise<CertificatePaths> => {
    const signed = await generate([{ name: 'commonName', value: name }], {
      ...ELLIPTIC,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [{ name: 'subjectAltName', altNames: [...NAMES] }],
    });
    const paths = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    await Promise.all([writeFile(paths.cert, signed.cert), writeFile(paths.key, signed.private)]);
    return paths;
  };
  const [server, client] = await Promise.all([sign('server'), sign('client')]);
  return { ca, server, client, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

const ELLIPTIC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

const NAMES = [
  { type: 7, ip: '127.0.0.1' },
  { type: 2, value: 'redis.test' },
] as const;
