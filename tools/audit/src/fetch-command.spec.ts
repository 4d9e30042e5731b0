import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatVerifier } from '@annals/ledger';
import { fetchEvidence } from './fetch-command.js';
import { acme, exportOf, historyOf, verifiersOf } from './testing/history.js';
import { verifyFiles } from './verify-command.js';

const history = historyOf(['acme', 'globex', 'acme', 'round', 'acme', 'globex', 'acme', 'round']);
const verifier = formatVerifier(verifiersOf(history)[0]!);
const newestFirst = [...history.checkpoints[acme]!].reverse();

/** What the API answers, one checkpoint on a page. */
function answerOf(url: URL): string {
  if (url.pathname === '/api/v1/audit-logs/export') {
    return exportOf(history.entries[acme]!, newestFirst[0])
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('');
  }
  const at = url.searchParams.get('cursor') === null ? 0 : 1;
  const next_cursor = at === 0 ? String(newestFirst[0]!.round) : null;
  return JSON.stringify({
    data: [newestFirst[at]],
    meta: { limit: 1, has_next_page: at === 0, next_cursor },
    verifier,
  });
}

describe('npm run audit -- fetch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'annals-fetch-'));
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(`${req.headers.authorization} ${String(req.headers['account-id'])} ${req.url}`);
    res.end(answerOf(new URL(req.url!, 'http://api')));
  });
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('brings what verify needs, checkpoints first so that the export covers them', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
    const told: string[] = [];
    const print = (line: string) => told.push(line);
    await fetchEvidence({ url, token: 'secret', account: 'acme', folder, open: true, house: true }, print);
    expect(asked).toEqual([
      'Bearer secret acme /api/v1/audit-logs/checkpoints?log=house&limit=100',
      'Bearer secret acme /api/v1/audit-logs/checkpoints?log=house&limit=100&cursor=2',
      'Bearer secret acme /api/v1/audit-logs/export?log=house&values=open',
    ]);
    const [exported, checkpoints] = [join(folder, 'export.ndjson'), join(folder, 'checkpoints.ndjson')];
    expect(told.at(-1)).toContain(`verify --export ${exported} --checkpoints ${checkpoints} --key '${verifier}'`);
    expect(await verifyFiles({ export: exported, checkpoints, keys: [verifier] }, () => undefined)).toBe(true);
  });
});
