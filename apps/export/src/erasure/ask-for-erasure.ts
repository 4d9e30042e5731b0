import type { BodyOf, requestErasureRoute } from '@annals/contracts';
import { type CurrentUserContext, Problem } from '@annals/contracts';
import type { EventStore, Outcome } from '@annals/event-store';
import { subjectErased } from '@annals/service';
import { erasureAggregate, erasureIdOf } from './erasure-aggregate.js';
import type { ErasureState } from './erasure.js';
import type { KnownAccounts } from './known-accounts.js';
import { obstacleTo } from './obstacles.js';
import { receiptHash, receiptOf } from './receipt.js';
import { erasureOpen, requestErasure } from './request-erasure.js';
import { whoMayAsk, type Wish } from './who-may-ask.js';

export interface AskParts {
  store: EventStore;
  accounts: KnownAccounts;
  graceHours: number;
  receiptSecret: Uint8Array;
  now: () => Date;
}

interface Asked {
  context: CurrentUserContext;
  body: BodyOf<(typeof requestErasureRoute)['definition']>;
  commandId: string;
  commandHash?: string;
  now: string;
}

/**
 * Asks for an erasure, or finds what the same command asked for before.
 * @throws Problem as {@link whoMayAsk}; 409 `erasure-open`, `legal-hold`, `last-admin`, 410 `subject-erased`
 */
export async function askForErasure(parts: AskParts, asked: Asked): Promise<Outcome<ErasureState>> {
  const { store, graceHours, receiptSecret } = parts;
  const { context, body, commandId, commandHash, now } = asked;
  const wish = await whoMayAsk(parts.accounts, context, body);
  const accountId = wish.account_id ?? wish.asked_in;
  const command = { id: commandId, ...(commandHash !== undefined && { hash: commandHash }), context, now, accountId };
  const place = await freePlace(store, wish, command);
  if (typeof place !== 'string') return place;
  await requireNoObstacle(parts, wish);
  const receipt_sha256 = receiptHash(receiptOf(receiptSecret, commandId));
  const request = { ...wish, erasure_id: place, reason: body.reason, receipt_sha256, graceHours, now };
  return store.execute(erasureAggregate, place, { ...command, decide: (state) => requestErasure(request, state) });
}

/** Id for one more erasure of the holder: the first whose predecessors were all cancelled. Or what the command did before. */
async function freePlace(
  store: EventStore,
  { user_id, account_id }: Wish,
  command: { id: string; context: CurrentUserContext; now: string },
): Promise<string | Outcome<ErasureState>> {
  for (let n = 0; ; n++) {
    const id = erasureIdOf(user_id, account_id, n);
    const outcome = await store.execute(erasureAggregate, id, { ...command, decide: () => [] });
    const { kind, state } = outcome;
    if (kind === 'replayed') return outcome;
    if (state.kind === 'none') return id;
    if (state.status === 'erased') throw subjectErased();
    if (state.status !== 'cancelled') throw erasureOpen(id);
  }
}

async function requireNoObstacle(parts: AskParts, wish: Wish): Promise<void> {
  const obstacle = await obstacleTo(parts, wish);
  if (!obstacle) return;
  const { reason, accounts } = obstacle;
  const said =
    reason === 'legal-hold'
      ? 'What is held has to be kept for a legal matter'
      : 'Somebody has to run the account: make another member ADMIN first';
  // What stands against it in other accounts is no officer's business.
  const theirs = accounts.filter((id) => wish.asked_in === null || id === wish.asked_in);
  throw new Problem(409, reason, said, {
    fields: theirs.map((id) => ({ path: 'account_id', code: reason, message: id })),
  });
}
