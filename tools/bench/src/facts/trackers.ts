import { createClient } from '@annals/client';
import { patchPrivacyRoute, registerRoute } from '@annals/contracts';
import { request } from 'undici';
import type { Shot } from '../load.js';
import { signInAs } from '../sign-in-speed.js';

/** Facts in one request, as a client sends them that gathers what it sees for some seconds. */
export const batchSize = 50;

const password = 'correct horse battery staple';
const types = ['page_view', 'click', 'scroll', 'search', 'video_played'];

/** Fifty facts as clients tell them: a type, a tag or two and a little data; about 8 KB. */
export function batchOf(n: number): string {
  const facts = Array.from({ length: batchSize }, (_, index) => ({
    type: types[(n + index) % types.length],
    category: 'interaction',
    tags: ['web', `release-${n % 7}`],
    data: { path: `/documents/${n}/pages/${index}`, milliseconds: (n * 31 + index * 17) % 5000, visible: true },
    occurred_at: new Date(Date.now() - index * 1000).toISOString(),
  }));
  return JSON.stringify(facts);
}

/** People who consent to being tracked, signed in: their access tokens. */
export async function trackers(api: string, people: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let n = 0; n < people; n++) {
    const email = `bench.facts.${process.pid}.${n}@example.test`;
    await createClient({ baseUrl: api }).call(registerRoute, { body: { email, password, name: `Tracked ${n}` } });
    const { access } = await signInAs(api, email);
    const person = createClient({ baseUrl: api, token: access });
    await person.call(patchPrivacyRoute, { body: { activity_tracking: true } });
    tokens.push(access);
  }
  await untilTracked(api, tokens);
  return tokens;
}

export const track = (token: string, body: string): Shot => ({
  ...{ method: 'POST', path: '/api/v1/users/activity', body },
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
});

/** Consent reaches the service a moment after it was given. */
async function untilTracked(api: string, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) {
    const deadline = Date.now() + 20_000;
    while ((await sent(api, token)).accepted === 0) {
      if (Date.now() > deadline) throw new Error('consent did not arrive within 20 s');
    }
  }
}

/** Sends one more fact. @returns how many were taken, and the position of it */
async function sent(api: string, token: string): Promise<{ accepted: number; position: string }> {
  const { path: _path, ...shot } = track(token, JSON.stringify({ type: 'settled' }));
  const { headers, body } = await request(`${api}/users/activity`, shot);
  const { accepted } = (await body.json()) as { accepted: number };
  return { accepted, position: String(headers['x-position'] ?? '') };
}

/** Resolves when every projection of the service shows everything that was taken before. */
export async function untilLevel(api: string, token: string): Promise<void> {
  const { position } = await sent(api, token);
  const deadline = Date.now() + 120_000;
  for (;;) {
    const headers = { authorization: `Bearer ${token}`, 'x-min-position': position };
    const { statusCode, body } = await request(`${api}/users/activity?limit=1`, { headers });
    await body.dump();
    if (statusCode === 200) return;
    if (Date.now() > deadline) throw new Error('the activity log did not catch up within 120 s');
  }
}
