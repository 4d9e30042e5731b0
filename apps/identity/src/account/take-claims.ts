import { Problem } from '@annals/contracts';
import { unlessStale, uuidv7 } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { claimId, claims, releaseClaim, takeClaim, type Claimable } from './claim.js';
import { freeOrphanedClaim } from './orphaned-claim.js';

/** The account that claims, and the revision it must still have when it takes what it claimed; null when it is new. */
export interface Claimant {
  account_id: string;
  basis: bigint | null;
}

/** A claim taken from nobody, as it was written: who gives up may give back exactly this one. */
interface Taken extends Claimable {
  id: string;
  revision: bigint | null;
}

/**
 * Claims all of it or nothing: what was taken is given back when the next is somebody else's. A crash leaves claims that
 * nobody counts on; they are freed when somebody wants them.
 * @param wanted for each thing the values to try, the best first
 * @returns the value that was got for each
 * @throws Problem 409 `name-taken`, `slug-taken` or `domain-taken`
 */
export async function takeClaims(
  identity: Identity,
  asking: Asking,
  claimant: Claimant,
  wanted: readonly (readonly Claimable[])[],
): Promise<string[]> {
  const taken: (Taken | null)[] = [];
  const values: string[] = [];
  try {
    for (const choices of wanted) {
      const { value, took } = await takeFirst(identity, asking, claimant, choices);
      taken.push(took);
      values.push(value);
    }
    return values;
  } catch (refusal) {
    await giveBack(
      identity,
      asking,
      claimant,
      taken.filter((one) => one !== null),
    );
    throw refusal;
  }
}

async function takeFirst(
  identity: Identity,
  asking: Asking,
  claimant: Claimant,
  [choice, ...others]: readonly Claimable[],
): Promise<{ value: string; took: Taken | null }> {
  if (!choice) throw new Error('there has to be something to choose from');
  try {
    return { value: choice.value, took: await take(identity, asking, claimant, choice) };
  } catch (refusal) {
    const isTaken = refusal instanceof Problem && refusal.code === `${choice.kind}-taken`;
    if (!isTaken || others.length === 0) throw refusal;
    return takeFirst(identity, asking, claimant, others);
  }
}

async function take(identity: Identity, asking: Asking, claimant: Claimant, wanted: Claimable): Promise<Taken | null> {
  const { store, secrets } = identity;
  const id = claimId(secrets, wanted);
  await freeOrphanedClaim(identity, asking, wanted);
  const before = await store.load(claims[wanted.kind], id);
  const { context, now } = asking;
  const { revision } = await store.execute(claims[wanted.kind], id, {
    // Not the id of the request: sent again it would find its claim in the log, also after it was given back.
    ...{ id: uuidv7(), context, now, accountId: claimant.account_id },
    decide: (state) => takeClaim(state, { ...wanted, ...claimant, now }),
  });
  const fromNobody = before.state.kind === 'free' && revision === (before.revision ?? -1n) + 1n;
  return fromNobody ? { ...wanted, id, revision } : null;
}

/** A claim that somebody renewed meanwhile is counted on, and stays. */
async function giveBack(
  { store }: Identity,
  { context, now }: Asking,
  { account_id }: Claimant,
  taken: readonly Taken[],
): Promise<void> {
  for (const { kind, value, id, revision } of taken) {
    await unlessStale(() =>
      store.execute(claims[kind], id, {
        ...{ id: uuidv7(), context, now, accountId: account_id, expectedRevision: revision },
        decide: (state) => releaseClaim(state, { kind, value, account_id }),
      }),
    );
  }
}
