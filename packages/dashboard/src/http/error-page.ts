// An error for a person who has opened an address: a page that says what it is, without any other file.
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { RefusalStatus } from '../errors.js';
import type { ErrorView } from '../protocol/requests.js';

/** Answers with a page. It runs nothing, and takes nothing from anywhere. */
export function sendErrorPage(response: ServerResponse, status: RefusalStatus, { error }: ErrorView): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('content-security-policy', POLICY);
  response.end(pageOf(TITLES[status] ?? 'That did not work', error));
}

const TITLES: Readonly<Partial<Record<RefusalStatus, string>>> = {
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not there',
  429: 'Too many attempts',
  503: 'Redis does not answer',
};

/** In the colours of the page itself. */
const STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --text: #17202b; --dim: #5f6b7a; }
@media (prefers-color-scheme: dark) { :root { --ground: #0e1116; --text: #e6eaf0; --dim: #8b96a5; } }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.6 system-ui, sans-serif; }
main { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 24px; font-weight: 600; }
p { margin: 0.5rem 0; }
.code { color: var(--dim); font-size: 12px; }
`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function pageOf(title: string, { code, message }: ErrorView['error']): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Acktor</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(message)}</p>
<p class="code">Acktor’s dashboard · ${escaped(code)}</p>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
