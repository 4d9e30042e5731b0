import type { EventStore } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Pool } from '@annals/postgres';
import { type Eraser, erasingAs, type RecordedErasure, requireErasure } from '@annals/service';
import { picturesOf } from '../avatar/stored-avatar.js';
import { handles, releaseHandle } from '../handle/handle.js';
import { type Owner, streamOf } from '../owner.js';
import { alone } from '../person-lock.js';
import { documentsBelow } from '../verification/evidence/stored-evidence.js';
import { handlesOf } from '../views/handle-holders/projection.js';

export interface ErasureParts {
  store: EventStore;
  pool: Pool;
  objects: Objects;
}

/** What was one holder's, taken away. @returns how many there were */
type Removal = (parts: ErasureParts, owner: Owner, erasure: RecordedErasure) => Promise<number>;

/**
 * What the service removes of somebody besides its read models. Everything here is held for an account; what a person has
 * without one are streams, whose keys are gone. Each may be cut off and done again.
 */
export const profileErasers = (parts: ErasureParts): Eraser[] => [
  eraser(parts, 'handles', releaseHandles),
  eraser(parts, 'pictures', removePictures),
  eraser(parts, 'documents', removeDocuments),
];

const eraser = (parts: ErasureParts, of: string, removal: Removal): Eraser => ({
  of,
  async remove(holder) {
    const erasure = await requireErasure(parts.store, holder);
    const { account_id, user_id } = holder;
    return account_id === null ? 0 : removal(parts, { account_id, user_id }, erasure);
  },
});

/** A handle of which nobody can read any more what it was is anybody's. */
async function releaseHandles({ store, pool }: ErasureParts, owner: Owner, erasure: RecordedErasure): Promise<number> {
  let released = 0;
  for (const handle of await handlesOf(pool, owner)) {
    const { commandId: id, context, now } = erasingAs(erasure, `release ${handle}`);
    const { kind } = await store.execute(handles, handle, {
      ...{ id, context, now, accountId: owner.account_id },
      decide: (state) => releaseHandle(state, owner),
    });
    if (kind === 'appended') released += 1;
  }
  return released;
}

/** Waits for who is changing the picture; whoever comes later finds that its person was erased. */
const removePictures: Removal = ({ pool, objects }, owner) =>
  alone(pool, 'avatar', owner, async () => {
    const removed = await removeBelow(objects, picturesOf(owner));
    await pool.query('delete from avatar_changes where person = $1', [streamOf(owner)]);
    return removed;
  });

/** Waits for uploads that are under way; whoever comes later gets no key. */
const removeDocuments: Removal = ({ pool, objects }, owner) =>
  alone(pool, 'evidence', owner, async () => {
    const removed = await removeBelow(objects, documentsBelow(owner));
    await pool.query(`delete from pending_evidence where name like $1 || '/%'`, [documentsBelow(owner)]);
    return removed;
  });

async function removeBelow(objects: Objects, folder: string): Promise<number> {
  let count = 0;
  for await (const _name of objects.list(folder)) count += 1;
  await objects.removeAll(folder);
  return count;
}
