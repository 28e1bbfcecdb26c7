import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Router } from 'express';
import { languageOf } from './mount.ts';
import { problemCatalogue } from './problem.ts';
import type { Language } from './route.ts';

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
  const rows = problemCatalogue().map(
    ({ code, status, text: { zh, en } }) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${en.title}<br>${en.detail}</td><td lang="zh">${zh.title}<br>${zh.detail}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Duecourse problems</title></head>
<body><h1>Problems</h1><table><thead><tr><th>Code</th><th>Status</th><th>English</th><th>中文</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></body></html>
`;
}

const doorWords = {
  en: {
    title: 'Credit control and receivables collection',
    links: {
      '/docs': 'Every route, to be tried',
      '/openapi.json': 'OpenAPI document',
      '/docs/problems': 'Errors and what to do',
      '/readyz': 'Readiness',
    },
    hint: 'Requests need an API key: the start of the local stack prints one for each role.',
  },
  zh: {
    title: '信用管理与应收账款催收',
    links: {
      '/docs': '全部接口，可在页面上试用',
      '/openapi.json': 'OpenAPI 文档',
      '/docs/problems': '错误代码与处理办法',
      '/readyz': '就绪状态',
    },
    hint: '请求须带 API 密钥：本地启动时会为每个角色打印一个。',
  },
} as const;

/** The page at `/`: whoever opens the address sees where to go on. */
function frontPage(language: Language): string {
  const { title, links, hint } = doorWords[language];
  const items = Object.entries(links).map(([path, words]) => `<li><a href="${path}">${words}</a></li>`);
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Duecourse</title></head>
<body><h1>Duecourse</h1><p>${title}</p><ul>${items.join('')}</ul><p>${hint}</p></body></html>
`;
}

/** /, /openapi.json, /docs and /docs/problems; everything comes from this machine. */
export function serveDocs(router: Router, openApi: () => object): void {
  let document: object | null = null;
  const problems = problemsPage();
  router.get('/', (req, res) => void res.type('html').send(frontPage(languageOf(req))));
  router.get('/openapi.json', (_req, res) => void res.json((document ??= openApi())));
  router.get('/docs', (_req, res) => void res.type('html').send(page));
  router.get('/docs/start.js', (_req, res) => void res.type('text/javascript').send(start));
  router.get('/docs/problems', (_req, res) => void res.type('html').send(problems));
  for (const file of served) router.get(`/docs/${file}`, (_req, res) => void res.sendFile(file, { root: assets, maxAge: '1h' }));
}
