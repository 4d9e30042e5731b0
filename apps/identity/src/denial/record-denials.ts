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

/** Streams written side by side: a flood of refusals must not take the stores from those who are let in. */
const sideBySide = 16;

/** Records denials; telling one again changes nothing. In order within a stream, some streams at a time. */
export async function recordDenials({ store }: Pick<Identity, 'store'>, told: readonly Denial[]): Promise<void> {
  const streams = Map.groupBy(told, ({ denied }) => denialStream(denied)).entries();
  const worker = async () => {
    // All workers take from one iterator, so each stream is written by one of them.
    for (const [stream, ofStream] of streams) {
      for (const denial of ofStream) {
        await store.execute(denials, stream, {
          id: denial.id,
          context: contextOf(denial),
          now: denial.request.timestamp,
          accountId: denial.denied.account_id,
          decide: () => [{ type: 'AccessDenied', data: denial.denied }],
        });
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
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
