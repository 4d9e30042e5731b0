import { createClient, signedIn } from '@annals/client';
import { getErasureRoute, headers, loginRoute, requestErasureRoute } from '@annals/contracts';
import { accountStream, uuidv7, type Aggregate, type EventStore } from '@annals/event-store';
import type { LaunchedStack } from '@annals/stack';
import { setTimeout as pause } from 'node:timers/promises';
import { withStore } from './audit/open-store.js';
import { benchContext } from './store-speed.js';

const profile: Aggregate<null> = { category: 'profile', initial: null, evolve: () => null };
const atOnce = 250;
const password = 'correct horse battery staple';
/** Looked at so often whether it is certified. */
const lookEveryMs = 20;

/**
 * How long an erasure takes, from the request to the certificate, of somebody with so many events of sealed data. The stack
 * has to be started without grace.
 */
export async function erasureTable(stack: LaunchedStack, events: number): Promise<string> {
  const client = createClient({ baseUrl: stack.api });
  const { body } = await client.call(loginRoute, { body: { email: 'viewer@acme.test', password, account: 'acme' } });
  const { access_token: token, user_id, account_id } = signedIn(body);
  client.signIn({ token });
  await withStore(stack, (store) => fillProfile(store, account_id!, user_id, events));
  const startedAt = performance.now();
  const { body: asked } = await client.call(requestErasureRoute, { body: {} });
  const steps = new Map<string, number>();
  for (;;) {
    const erasure = await readErasure(stack.api, asked);
    const seconds = (performance.now() - startedAt) / 1000;
    const step =
      erasure.status === 'erasing' ? `${erasure.progress.done} of ${erasure.progress.total} steps` : erasure.status;
    if (!steps.has(step)) steps.set(step, seconds);
    if (erasure.status === 'erased') break;
    await pause(lookEveryMs);
  }
  return [
    `### Erasure of a person with ${events} events, from the request`,
    '',
    '| reached | seconds |',
    '|---|---|',
    ...[...steps].map(([step, seconds]) => `| ${step} | ${seconds.toFixed(2)} |`),
  ].join('\n');
}

/** She can sign in no more: by the receipt. */
async function readErasure(api: string, { id, receipt }: { id: string; receipt: string }) {
  const answer = await fetch(`${api}/users/data/erasure/${id}`, { headers: { [headers.erasureReceipt]: receipt } });
  return getErasureRoute.definition.responses[200].parse(await answer.json());
}

async function fillProfile(store: EventStore, account_id: string, user_id: string, events: number): Promise<void> {
  const context = { ...benchContext(account_id), kind: 'user' as const, principal: null, user_id };
  for (let left = events; left > 0; left -= atOnce) {
    const updated_at = new Date().toISOString();
    const bios = Array.from({ length: Math.min(left, atOnce) }, (_, n) => `about me, number ${left - n}`);
    await store.execute(profile, accountStream(account_id, user_id), {
      ...{ id: uuidv7(), context, now: updated_at },
      decide: () => bios.map((bio) => ({ type: 'ProfileUpdated', data: { account_id, user_id, updated_at, bio } })),
    });
  }
}
