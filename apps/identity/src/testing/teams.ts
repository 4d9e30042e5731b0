import type { Answer } from './identity-service.js';
import type { Somebody } from './people.js';

let count = 0;

/** A name that nothing else in the test process has. */
export const fresh = (word: string): string => `${word} ${(count += 1)}`;

export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

/** Status and stable code of a refusal. */
export const codeOf = ({ status, body }: Answer): unknown[] => [status, body.code];

/** Asks for an account of a team. */
export const create = (who: Somebody, body: Record<string, unknown>, headers = {}): Promise<Answer> =>
  who.call('POST', '/accounts', { account: null, body, headers });

/** An account that somebody has just opened. */
export async function team(
  who: Somebody,
  over: { name?: string; slug?: string; domain?: string } = {},
): Promise<{ id: string; slug: string; name: string }> {
  const name = over.name ?? fresh('Team');
  const { status, body } = await create(who, { ...over, name });
  if (status !== 201) throw new Error(`the team was not made: ${String(body.code)}`);
  const { id, slug } = body as { id: string; slug: string };
  return { id, slug, name };
}

/** Changes only this about an account. */
export async function put(
  who: Somebody,
  id: string,
  over: Record<string, unknown>,
  ask: Omit<Parameters<Somebody['call']>[2] & object, 'body'> = {},
): Promise<Answer> {
  const { body } = await who.call('GET', `/accounts/${id}`, { ...ask, headers: {}, account: id });
  const { name, slug, domain, policies } = body;
  return who.call('PUT', `/accounts/${id}`, { ...ask, account: id, body: { name, slug, domain, policies, ...over } });
}
