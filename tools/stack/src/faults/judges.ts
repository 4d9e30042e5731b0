import { createClient } from '@annals/client';
import { getMemberProfileRoute, listAuditLogsRoute } from '@annals/contracts';
import type { Pool } from '@annals/postgres';
import type { Writer } from './writers.js';

/** Changes of somebody's bio that the audit log holds, oldest first: what it was before and what after. */
export async function auditOf(api: string, adminToken: string, writer: Writer): Promise<[unknown, unknown][]> {
  const client = createClient({ baseUrl: api, token: adminToken });
  const found: [unknown, unknown][] = [];
  let cursor: string | undefined;
  do {
    const query = { entity: 'Profile', actor: writer.userId, limit: 100, ...(cursor ? { cursor } : {}) };
    const { body } = await client.call(listAuditLogsRoute, { query });
    for (const { changes } of body.data) if (changes.bio) found.push([changes.bio.old, changes.bio.new]);
    cursor = body.meta.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found.reverse();
}

/** Each acknowledged value with the one before it: what the audit log must hold, exactly once and in order. */
export const historyOf = ({ acknowledged }: Writer, first: unknown): [unknown, unknown][] =>
  acknowledged.map((value, index) => [index === 0 ? first : acknowledged[index - 1], value]);

/** Events of a writer's profile after a position. */
export async function storedChanges(pool: Pool, { accountId, userId }: Writer, after: string): Promise<number> {
  const text = 'select count(*)::int as n from events where stream = $1 and position > $2';
  const { rows } = await pool.query<{ n: number }>(text, [`profile-${accountId}_${userId}`, after]);
  return rows[0]?.n ?? 0;
}

/** The bio that the read model shows. */
export async function shownBio(api: string, { token, userId }: Writer): Promise<string | null> {
  const client = createClient({ baseUrl: api, token: token() });
  return (await client.call(getMemberProfileRoute, { params: { user_id: userId } })).body.bio;
}
