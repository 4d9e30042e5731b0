import { type ErasedHolder, type SubjectErasedEvent } from '@annals/contracts';
import {
  comparePositions,
  derivedId,
  encodeTokens,
  type EventStore,
  holderOf,
  type Position,
} from '@annals/event-store';
import type { SubjectKeyStore } from '@annals/postgres';
import { erasures, erasureStream } from '@annals/service';
import type { KnownErasure } from './erasure.js';
import { type WorkContext, writingIn } from './work-context.js';

export interface DestroyParts {
  store: EventStore;
  keys: SubjectKeyStore;
  now: () => Date;
}

export interface Destroyed {
  holders: ErasedHolder[];
  key_fingerprints: string[];
  positions: string;
}

/**
 * For each holder: no key any more, then the fact that says so to everybody, then the keys themselves. In this order a crash
 * at any point leaves nothing that could be sealed or opened anew, and repeating it does the rest.
 */
export async function destroyKeys(parts: DestroyParts, state: KnownErasure, context: WorkContext): Promise<Destroyed> {
  const { keys } = parts;
  const { user_id, account_id } = state.ids;
  // Of a person first: from here on no account gets keys for them, so that those found now are all.
  if (account_id === null) await keys.fence(user_id);
  const holders = account_id === null ? await allHolders(keys, state) : [...state.begun!.holders];
  const fingerprints = new Set<string>();
  let last: Position | null = null;
  for (const holder of holders) {
    const { prints, position } = await destroyHolder(parts, holder, state, context);
    for (const print of prints) fingerprints.add(print);
    if (last === null || comparePositions(position, last) > 0) last = position;
  }
  if (last === null) throw new Error(`erasure ${state.ids.erasure_id} has nobody to erase`);
  const positions = encodeTokens([{ category: erasures.category, position: last }]);
  return { holders, key_fingerprints: [...fingerprints].sort(), positions };
}

/** What it began with, and every account that had a key since. The person themselves come last: then nothing is left. */
async function allHolders(keys: SubjectKeyStore, { ids, begun }: KnownErasure): Promise<ErasedHolder[]> {
  const { user_id } = ids;
  const accounts = new Set(begun!.holders.flatMap(({ account_id }) => account_id ?? []));
  for (const holder of await keys.holders(user_id)) {
    if (holder !== user_id) accounts.add(holder.slice(0, holder.indexOf('/')));
  }
  return [...[...accounts].sort().map((account_id) => ({ account_id, user_id })), { account_id: null, user_id }];
}

async function destroyHolder(
  { store, keys, now }: DestroyParts,
  holder: ErasedHolder,
  state: KnownErasure,
  context: WorkContext,
): Promise<{ prints: string[]; position: Position }> {
  const { account_id, user_id } = holder;
  const key = holderOf(user_id, account_id);
  await keys.fence(key);
  const prints = await keys.fingerprints(key);
  const { erasure_id } = state.ids;
  const at = now().toISOString();
  const stream = erasureStream(holder);
  await store.execute(erasures, stream, {
    id: derivedId(erasure_id, `erased ${stream}`),
    // Who asked in one account is nobody's business in another.
    context: writingIn(context, account_id, account_id === state.request.asked_in ? context.askedBy : user_id),
    ...{ now: at, accountId: account_id },
    decide: (erased) => {
      const data = { account_id, user_id, erasure_id, erased_at: at, key_fingerprints: prints };
      return erased ? [] : [{ type: 'SubjectErased', data } satisfies SubjectErasedEvent];
    },
  });
  await keys.destroy(key);
  return { prints, position: await positionOf(store, `${erasures.category}-${stream}`) };
}

/** Where the fact lies, also when an earlier run wrote it, or another erasure. */
async function positionOf(store: EventStore, stream: string): Promise<Position> {
  for await (const { position } of store.readStream(stream, { backwards: true, limit: 1, open: false }))
    return position;
  throw new Error(`${stream} holds nothing`);
}
