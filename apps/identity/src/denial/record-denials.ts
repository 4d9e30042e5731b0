import { serviceIdentity, withoutRights } from '@annals/auth';
import { DenialBatch, type Denial } from '@annals/contracts';
import { accountStream, type Aggregate, type CommandContext } from '@annals/event-store';
import { mountInside } from '@annals/service';
import type { Identity } from '../identity.js';

/** What somebody was denied. Nothing is decided on it, so there is nothing to remember. */
export const denials: Aggregate<null> = { category: 'denial', initial: null, evolve: () => null };

/**
 * Id of the stream of what one person, or one service account, was denied in one account. What belongs to no account
 * stands under `none`.
 */
export function denialStream({ account_id, user_id, principal }: Denial['denied']): string {
  return accountStream(account_id ?? 'none', user_id ?? principal?.replace(/^.*:/, '') ?? 'nobody');
}

/** Whose request it was, as their other facts say it; with no rights, for none were used. */
function contextOf({ denied, by, request }: Denial): CommandContext {
  const { account_id, user_id, principal } = denied;
  const { kind, session_id, temporary_roles, elevation_id } = by;
  const known = { kind, principal, user_id, account_id, session_id, temporary_roles, elevation_id };
  return { ...withoutRights(serviceIdentity('')), ...known, ...request };
}

/** Records denials; telling one again changes nothing. In order within a stream, side by side otherwise. */
export async function recordDenials({ store }: Pick<Identity, 'store'>, told: readonly Denial[]): Promise<void> {
  const streams = Map.groupBy(told, ({ denied }) => denialStream(denied));
  await Promise.all(
    [...streams].map(async ([stream, ofStream]) => {
      for (const denial of ofStream) {
        await store.execute(denials, stream, {
          id: denial.id,
          context: contextOf(denial),
          now: denial.request.timestamp,
          accountId: denial.denied.account_id,
          decide: () => [{ type: 'AccessDenied', data: denial.denied }],
        });
      }
    }),
  );
}

/** For gateways: each 403 that somebody who had signed in was given. */
export const denialsOfGateways = (identity: Identity) =>
  mountInside(
    // 500 denials with their requests do not fit the usual 100 KB.
    { method: 'POST', path: '/internal/denials', principals: ['gateway'], body: DenialBatch, bodyLimit: 2_000_000 },
    async ({ body }) => {
      await recordDenials(identity, body.denials);
      return { status: 204 };
    },
  );
