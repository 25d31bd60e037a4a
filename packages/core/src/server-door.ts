// The door to the servers that Acktor starts itself, '@acktor/core/server', for development and tests: under semver but for the second part,
// which is for packages of ours. A program that names its Redis loads none of it.
export { EmbeddedServer, type EmbeddedServerOptions } from './server/embedded-server.js';
export { PrivateServer, type PrivateServerOptions } from './server/private-server.js';
export { ensureServerBinary, findServerBinary, type EnsureServerOptions } from './server/ensure-server.js';
export type { Environment, ServerBinary, ServerKind } from './server/program.js';
export type { ServerSettings } from './server/server-process.js';

// Without a promise:
export {
  stopEmbeddedServer,
  viewEmbeddedServer,
  type EmbeddedServerView,
  type RunningServerView,
  type StopOptions,
  type StopOutcome,
  type StopReport,
} from './server/embedded-control.js';
export { freePort } from './server/private-server.js';
export { canUseApt, libraryFolders, unpackPackages } from './server/apt-packages.js';
