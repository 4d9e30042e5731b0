import { randomUUID } from 'node:crypto';
import type { ErasedHolder, ErasureAsk, SubjectErasedEvent } from '@annals/contracts';
import { encodeTokens, holderOf, type EventStore } from '@annals/event-store';
import type { SubjectKeyStore } from '@annals/postgres';
import { erasingAs, erasures, erasureStream } from '@annals/service';

/**
 * Does what comes before the services remove anything: fence, fact, keys, and what stores hold in memory.
 * @param stores every store of the test that may have something in memory, the one that writes first
 * @returns what each service is asked then
 */
export async function eraseHolders(
  keys: SubjectKeyStore,
  [store, ...others]: readonly [EventStore, ...EventStore[]],
  holders: readonly ErasedHolder[],
): Promise<ErasureAsk> {
  const erasure_id = randomUUID();
  const erased_at = new Date().toISOString();
  const positions = [];
  for (const holder of holders) {
    const name = holderOf(holder.user_id, holder.account_id);
    await keys.fence(name);
    const data = { ...holder, erasure_id, erased_at, key_fingerprints: await keys.fingerprints(name) };
    const { commandId: id, context, now } = erasingAs({ holder, erasure_id, erased_at }, 'fact');
    const { position } = await store.execute<unknown, SubjectErasedEvent>(erasures, erasureStream(holder), {
      ...{ id, context, now, accountId: holder.account_id },
      decide: () => [{ type: 'SubjectErased', data }],
    });
    if (position) positions.push({ category: erasures.category, position });
    await keys.destroy(name);
    for (const one of [store, ...others]) one.forget(holder.user_id);
  }
  return { erasure_id, holders: [...holders], positions: encodeTokens(positions) };
}
