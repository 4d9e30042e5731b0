import { type AvatarEvent, Problem } from '@annals/contracts';
import { type EventStore, type Outcome, uuidv7 } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import { type Migration, type Pool, type Sql } from '@annals/postgres';
import { refuseErased, type RouteRequest } from '@annals/service';
import { commandOf } from '../command-of.js';
import type { FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { unlessAnother } from '../person-lock.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { keepOnly } from './stored-avatar.js';

/**
 * Changes of pictures that have begun. A row stands here before anything is put in place or written, and goes when bytes
 * and events agree again, so that who falls in between leaves a note of it.
 */
export const avatarChanges: Migration = {
  id: '0011-avatar-changes',
  sql: `create table avatar_changes (id uuid primary key, person text not null, since timestamptz not null default now())`,
};

export interface AvatarParts {
  folds: FreshFolds;
  store: Pick<EventStore, 'load'>;
  pool: Pool;
  objects: Objects;
}

type Asked = Pick<RouteRequest, 'commandId' | 'commandHash' | 'ifMatch' | 'now'> & {
  context: Parameters<typeof ownerOf>[0];
};

/**
 * Changes a person's picture: first the bytes, then the fact, then what nobody sees any more goes. Only one such change of
 * a person is under way in all processes, so that none removes what another is about to show.
 * @throws Problem 409 `avatar-under-way`, 410 `subject-erased`, and as `FreshFolds.execute` does
 */
export async function changeAvatar(
  parts: AvatarParts,
  asked: Asked,
  decide: (owner: Owner, state: ProfileState) => AvatarEvent[],
  putBytes: (owner: Owner) => Promise<void> = async () => undefined,
): Promise<Outcome<ProfileState>> {
  const owner = ownerOf(asked.context);
  const id = uuidv7();
  const forget = () => parts.pool.query('delete from avatar_changes where id = $1', [id]);
  await parts.pool.query('insert into avatar_changes (id, person) values ($1, $2)', [id, streamOf(owner)]);
  const outcome = await unlessAnother(parts.pool, 'avatar', owner, async () => {
    try {
      // Pictures are not sealed: no key that is gone keeps their bytes from being put.
      await refuseErased(parts.store, owner);
      await putBytes(owner);
      const command = commandOf(asked, (state: ProfileState) => decide(owner, state));
      return await parts.folds.execute(profile, streamOf(owner), command);
    } finally {
      await settle(parts, owner);
      await forget();
    }
  });
  if (outcome) return outcome;
  await forget();
  throw underWay();
}

/** Removes bytes that are not those of the present picture. To be called alone. */
async function settle({ store, objects }: Pick<AvatarParts, 'store' | 'objects'>, owner: Owner): Promise<void> {
  // From the store itself: what this process remembers may be older than what another has written.
  const { state } = await store.load(profile, streamOf(owner));
  await keepOnly(objects, owner, state.avatar);
}

/** Longer than any change takes, in seconds. */
const patienceSeconds = 5 * 60;
const atOnce = 100;

/** Finishes changes that ended in the middle. Safe to repeat, and in several processes at once. */
export async function settleChanges(
  parts: Pick<AvatarParts, 'store' | 'objects' | 'pool'>,
  olderThanSeconds = patienceSeconds,
): Promise<void> {
  for (const [person, ids] of await leftBehind(parts.pool, olderThanSeconds)) {
    const [account_id = '', user_id = ''] = person.split('_');
    const owner = { account_id, user_id };
    const done = await unlessAnother(parts.pool, 'avatar', owner, async () => (await settle(parts, owner), true));
    if (done) await parts.pool.query('delete from avatar_changes where id = any($1)', [ids]);
  }
}

async function leftBehind(sql: Sql, seconds: number): Promise<[person: string, ids: string[]][]> {
  const { rows } = await sql.query<{ person: string; ids: string[] }>(
    `select person, array_agg(id) as ids from avatar_changes where since <= now() - make_interval(secs => $1)
     group by person order by min(since) limit ${atOnce}`,
    [seconds],
  );
  return rows.map(({ person, ids }) => [person, ids]);
}

const everyMs = 60_000;

/** Looks every minute, in every process. */
export function startAvatarSweeper(
  parts: Pick<AvatarParts, 'store' | 'objects' | 'pool'>,
  onError: (error: Error) => void,
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => settleChanges(parts)).catch(onError);
  }, everyMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return running;
    },
  };
}

const underWay = () =>
  new Problem(409, 'avatar-under-way', 'Your picture is being changed at this moment', {
    headers: { 'retry-after': '1' },
  });
