import { createClient } from '@annals/client';
import { listAccountsRoute } from '@annals/contracts';
import { encodeTokens } from '@annals/event-store';
import { createPool } from '@annals/postgres';
import type { LaunchedStack } from '@annals/stack';
import { request } from 'undici';
import { signInAs } from '../sign-in-speed.js';
import { fillLog } from './fill-log.js';
import { measureLag } from './lag.js';
import { withStore } from './open-store.js';
import { measurePages } from './pages.js';
import { rebuildAuditLog } from './rebuild.js';

/**
 * The audit log of one account with very many entries: how long it takes to fill and to build anew, what its pages cost
 * through the gateway, and how soon an entry is there.
 * @param activityUrl of the activity database, for its superuser
 */
export async function auditTable(
  stack: LaunchedStack,
  activityUrl: string,
  entries: number,
  seconds: number,
): Promise<string> {
  // Filling takes longer than an access token lives.
  const enter = async () => (await signInAs(stack.api, 'admin@acme.test')).access;
  const access = await enter();
  const { body: mine } = await createClient({ baseUrl: stack.api, token: access }).call(listAccountsRoute);
  const account = mine.data.find(({ slug }) => slug === 'acme');
  if (!account) throw new Error('the demo account is not there');
  const pool = createPool({ url: activityUrl, applicationName: 'annals-bench', max: 2 });
  try {
    return await withStore(stack, async (store) => {
      const startedAt = performance.now();
      const last = await fillLog(store, account.id, entries);
      const filled = (performance.now() - startedAt) / 1000;
      await untilShown(stack.api, await enter(), encodeTokens([last]));
      const level = (performance.now() - startedAt) / 1000;
      const rebuilt = await rebuildAuditLog(stack, pool);
      await untilShown(stack.api, await enter(), encodeTokens([last]));
      const pages = await measurePages(stack.api, await enter());
      const lags = [];
      for (const rate of [500, 2_000]) {
        lags.push(await measureLag(store, activityUrl, account.id, rate, seconds));
      }
      const rate = (count: number, time: number) => `${time.toFixed(1)} s, ${perSecond(count, time)} a second`;
      const first = pages[0]?.p50 ?? Number.NaN;
      return [
        `### An audit log of ${entries.toLocaleString('en')} entries`,
        '',
        '| what | taken |',
        '|---|---|',
        `| events written, many at a time | ${rate(entries, filled)} |`,
        `| written and shown, all projections live | ${rate(entries, level)} |`,
        `| built anew from ${rebuilt.entries.toLocaleString('en')} events, indexes included | ${rate(rebuilt.entries, rebuilt.seconds)} |`,
        '',
        '| 50 entries through the gateway | p50 ms | p99 ms | of page 1 |',
        '|---|---|---|---|',
        ...pages.map(({ what, p50, p99 }) => `| ${what} | ${milliseconds(p50, p99)} | ${(p50 / first).toFixed(2)} × |`),
        '',
        '| from append to visible entry | p50 ms | p99 ms | errors |',
        '|---|---|---|---|',
        ...lags.map(
          ({ perSecond: events, p50, p99, errors }) =>
            `| at ${events} events a second | ${milliseconds(p50, p99)} | ${errors} |`,
        ),
      ].join('\n');
    });
  } finally {
    await pool.end();
  }
}

const perSecond = (count: number, time: number) => Math.round(count / time).toLocaleString('en');
const milliseconds = (p50: number, p99: number) => `${p50.toFixed(1)} | ${p99.toFixed(1)}`;

/** Asks for the log until it shows what was written last, also while the service starts again. */
async function untilShown(api: string, token: string, position: string): Promise<void> {
  const deadline = Date.now() + 30 * 60_000;
  for (;;) {
    const { statusCode, body } = await request(`${api}/audit-logs?limit=1`, {
      headers: { authorization: `Bearer ${token}`, 'x-min-position': position },
    });
    await body.dump();
    if (statusCode === 200) return;
    if (statusCode !== 503 && statusCode !== 502) throw new Error(`the audit log answered ${statusCode}`);
    if (Date.now() > deadline) throw new Error('the audit log did not catch up within half an hour');
  }
}
