import type { OpenApiDocument } from '@annals/contracts';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { page, type Page } from './page.js';

const minute = 60;
const day = 24 * 60 * minute;
const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

/**
 * Everything comes from this origin, nothing is framed, no script stands in a page. Styles are set by the viewers'
 * scripts at run time, which CSP can only allow as inline.
 */
const basePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];
/** Redoc builds its search index in a worker that it makes from its own bundle. */
const redocPolicy = [...basePolicy, 'worker-src blob:'].join('; ');
const docsPolicy = basePolicy.join('; ');

const document = (title: string, head: string, body: string): string =>
  `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title>` +
  `<meta name="viewport" content="width=device-width, initial-scale=1">${head}</head><body>${body}</body></html>\n`;

const docsHtml = document(
  'Annals API: interactive documentation',
  '<link rel="stylesheet" href="/api/docs/swagger-ui.css"><link rel="icon" href="/api/docs/favicon.png">',
  '<div id="docs"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script>',
);
// `validatorUrl`: the viewer would otherwise show the document to a service of another origin.
const docsStart = `window.ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
`;
const redocHtml = document(
  'Annals API: reference',
  '<link rel="icon" href="/api/docs/favicon.png">',
  '<div id="reference"></div><script src="/api/redoc/redoc.standalone.js"></script><script src="/api/redoc/start.js"></script>',
);
const redocStart = `Redoc.init(
  '/api/openapi.json',
  { hideDownloadButton: false, nativeScrollbars: true },
  document.getElementById('reference'),
);
`;

const folderOf = (name: string): string => dirname(require.resolve(`${name}/package.json`));

/** The API's own pages by path: the document, the interactive viewer and the reference, with all they load. */
export function documentationPages(api: OpenApiDocument): ReadonlyMap<string, Page> {
  const swagger = folderOf('swagger-ui-dist');
  const swaggerFile = (file: string, type: string) => page(readFileSync(join(swagger, file)), { type, maxAge: day });
  const docs = page(docsHtml, { type: html, maxAge: minute, policy: docsPolicy });
  const reference = page(redocHtml, { type: html, maxAge: minute, policy: redocPolicy });
  return new Map([
    ['/api/openapi.json', page(JSON.stringify(api), { type: 'application/json; charset=utf-8', maxAge: minute })],
    ['/api/docs', docs],
    ['/api/docs/start.js', page(docsStart, { type: script, maxAge: minute })],
    ['/api/docs/swagger-ui-bundle.js', swaggerFile('swagger-ui-bundle.js', script)],
    ['/api/docs/swagger-ui.css', swaggerFile('swagger-ui.css', 'text/css; charset=utf-8')],
    ['/api/docs/favicon.png', swaggerFile('favicon-32x32.png', 'image/png')],
    ['/api/redoc', reference],
    ['/api/redoc/start.js', page(redocStart, { type: script, maxAge: minute })],
    ['/api/redoc/redoc.standalone.js', page(redocBundle(), { type: script, maxAge: day })],
  ]);
}

/** Redoc's bundle without the one picture that it fetches from its maker. */
function redocBundle(): string {
  const bundle = readFileSync(join(folderOf('redoc'), 'bundles', 'redoc.standalone.js'), 'utf8');
  return bundle.replaceAll('https://cdn.redoc.ly/redoc/logo-mini.svg', 'data:,');
}
