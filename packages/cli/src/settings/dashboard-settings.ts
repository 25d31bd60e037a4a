// The settings of `acktor dashboard`.
import { connectionSettings, items, last, wholeNumber, yesOrNo, type Setting } from './settings.js';

export const dashboardSettings: readonly Setting[] = [
  ...connectionSettings,
  {
    option: 'port',
    flag: '-p, --port <port>',
    variable: 'ACKTOR_DASHBOARD_PORT',
    doc: 'where to listen; 0 for a free port (default: 3900)',
    read: (texts, source) => wholeNumber(last(texts), source),
  },
  {
    option: 'host',
    flag: '--host <address>',
    variable: 'ACKTOR_DASHBOARD_HOST',
    doc: 'the address to listen on; any but a loopback address needs a token (default: 127.0.0.1)',
    read: last,
  },
  {
    option: 'viewerToken',
    flag: '--viewer-token <token>',
    variable: 'ACKTOR_VIEWER_TOKEN',
    doc: 'lets a visitor who shows it look; better in the environment, which fewer can see',
    read: last,
  },
  {
    option: 'operatorToken',
    flag: '--operator-token <token>',
    variable: 'ACKTOR_OPERATOR_TOKEN',
    doc: 'lets a visitor who shows it look and act',
    read: last,
  },
  {
    option: 'secret',
    flag: '--secret <text>',
    variable: 'ACKTOR_DASHBOARD_SECRET',
    doc: 'what all replicas share, of 32 bytes at least: it seals their sessions; better in the environment',
    read: last,
  },
  {
    option: 'trustMachine',
    flag: '--trust-machine',
    variable: 'ACKTOR_DASHBOARD_TRUST_MACHINE',
    doc: 'let every user of this machine look and act without a token',
    read: (texts, source) => yesOrNo(last(texts), source),
  },
  {
    option: 'trustProxy',
    flag: '--trust-proxy <n>',
    variable: 'ACKTOR_DASHBOARD_TRUST_PROXY',
    doc: 'how many proxies of yours stand in front, whose X-Forwarded-For is believed (default: 0)',
    read: (texts, source) => wholeNumber(last(texts), source),
  },
  {
    option: 'redact',
    flag: '--redact <path>',
    variable: 'ACKTOR_DASHBOARD_REDACT',
    doc: 'a place in payloads, results or headers to hide, such as data.card or meta.user; may be repeated, or separated by commas',
    read: (texts) => texts.flatMap(items),
    isRepeatable: true,
  },
  {
    option: 'origins',
    flag: '--origin <origin>',
    variable: 'ACKTOR_DASHBOARD_ORIGIN',
    doc: 'what people see in front of the path, behind a proxy that passes another host; may be repeated',
    read: (texts) => texts.flatMap(items),
    isRepeatable: true,
  },
];
