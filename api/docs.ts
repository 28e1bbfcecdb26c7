import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Router } from 'express';
import { refusalCodes, refusalText } from '../domain/kernel/refusal.ts';
import { statusOf } from './problem.ts';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const served = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Duecourse API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon-32x32.png"></head>
<body><div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
`;
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, persistAuthorization: false, validatorUrl: null });
`;

/** Every problem by its code, where the `type` of an error answer points. */
function problemsPage(): string {
  const rows = refusalCodes.map((code) => {
    const [zh, en] = (['zh', 'en'] as const).map((language) => refusalText(code, {}, language));
    return `<tr id="${code}"><td><code>${code}</code></td><td>${statusOf(code)}</td><td>${en?.title}<br>${en?.detail}</td><td lang="zh">${zh?.title}<br>${zh?.detail}</td></tr>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Duecourse problems</title></head>
<body><h1>Problems</h1><table><thead><tr><th>Code</th><th>Status</th><th>English</th><th>中文</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></body></html>
`;
}

/** /openapi.json, /docs and /docs/problems; everything comes from this machine. */
export function serveDocs(router: Router, openApi: () => object): void {
  let document: object | null = null;
  const problems = problemsPage();
  router.get('/openapi.json', (_req, res) => void res.json((document ??= openApi())));
  router.get('/docs', (_req, res) => void res.type('html').send(page));
  router.get('/docs/start.js', (_req, res) => void res.type('text/javascript').send(start));
  router.get('/docs/problems', (_req, res) => void res.type('html').send(problems));
  for (const file of served) router.get(`/docs/${file}`, (_req, res) => void res.sendFile(file, { root: assets, maxAge: '1h' }));
}
