import { requirePermission } from '@annals/auth';
import {
  cancelErasureRoute,
  type CurrentUserContext,
  downloadCertificateRoute,
  getErasureRoute,
  listErasuresRoute,
  Problem,
  requestErasureRoute,
} from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import { formatVerifier, type NoteSigner, verifierOf } from '@annals/ledger';
import type { Pool } from '@annals/postgres';
import { mount, type MountedRoute, written } from '@annals/service';
import { listErasureIds } from '../views/erasures/erasures.projection.js';
import { askForErasure } from './ask-for-erasure.js';
import { cancelErasure, erasureUnknown } from './cancel-erasure.js';
import { erasureAggregate } from './erasure-aggregate.js';
import { accountThatSees, type ErasureState, type KnownErasure } from './erasure.js';
import type { KnownAccounts } from './known-accounts.js';
import { receiptOf } from './receipt.js';
import { isOfficer, receiptFrom, seenErasure } from './see-erasure.js';
import { shownErasure } from './shown-erasure.js';

export interface ErasureRouteParts {
  store: EventStore;
  pool: Pool;
  accounts: KnownAccounts;
  /** How long an erasure may be cancelled, in hours: ERASURE_GRACE_HOURS. */
  graceHours: number;
  /** Makes receipts; 32 bytes. */
  receiptSecret: Uint8Array;
  /** Signs certificates. */
  signer: NoteSigner;
  now: () => Date;
}

export function erasureRoutesOf(parts: ErasureRouteParts): MountedRoute[] {
  const { store, pool, receiptSecret } = parts;
  const verifier = formatVerifier(verifierOf(parts.signer));

  return [
    mount(requestErasureRoute, async (request) => {
      const outcome = await askForErasure(parts, request);
      const id = known(outcome.state).ids.erasure_id;
      const receipt = receiptOf(receiptSecret, request.commandId);
      const { account_id, user_id } = request.context;
      const shown = (state: ErasureState) => {
        const present = known(state);
        return { ...shownErasure(present, present.ids.user_id === user_id ? null : account_id), receipt, verifier };
      };
      const reply = written(outcome, shown, 202);
      return { ...reply, headers: { location: `/api/v1/users/data/erasure/${id}`, 'cache-control': 'no-store' } };
    }),

    mount(listErasuresRoute, async ({ context, query }) => {
      const [whose, officerOf] = asked(context, query.of);
      const { ids, meta } = await listErasureIds(pool, whose, query);
      const loaded = await Promise.all(ids.map((id) => store.load(erasureAggregate, id)));
      const data = loaded.flatMap(({ state }) => (state.kind === 'known' ? [shownErasure(state, officerOf)] : []));
      return { status: 200, body: { data, meta } };
    }),

    mount(getErasureRoute, async ({ context, params, raw }) => {
      const seen = await seenErasure(store, context, params.erasure_id, receiptFrom(raw));
      return { status: 200, body: shownErasure(seen.state, seen.officerOf), revision: seen.revision };
    }),

    mount(downloadCertificateRoute, async ({ context, params, raw }) => {
      const { state } = await seenErasure(store, context, params.erasure_id, receiptFrom(raw));
      if (!state.certified) throw new Problem(409, 'erasure-not-certified', `This erasure is ${state.status}`);
      const bytes = Buffer.from(state.certified.certificate);
      return {
        status: 200,
        headers: {
          ...{ 'content-type': 'text/plain; charset=utf-8', 'content-length': String(bytes.length) },
          'content-disposition': `attachment; filename="annals-erasure-${params.erasure_id}.txt"`,
        },
        stream: async (res) => void res.write(bytes),
      };
    }),

    mount(cancelErasureRoute, async ({ context, params, commandId, commandHash, now }) => {
      const { state } = await seenErasure(store, context, params.erasure_id, undefined);
      requireOwn(state, context);
      const outcome = await store.execute(erasureAggregate, params.erasure_id, {
        ...{ id: commandId, hash: commandHash, context, now, accountId: accountThatSees(state) },
        decide: (current) => cancelErasure({ now, reason: 'withdrawn' }, current),
      });
      return written(outcome, () => undefined, 204);
    }),
  ];
}

function known(state: ErasureState): KnownErasure {
  if (state.kind === 'none') throw erasureUnknown();
  return state;
}

type Whose = Parameters<typeof listErasureIds>[1];

function asked(context: CurrentUserContext, of: 'me' | 'account'): [Whose, string | null] {
  if (of === 'me') return [{ about: context.user_id! }, null];
  const { account_id } = context;
  if (account_id === null) throw new Problem(400, 'account-required', 'Say for which account: send account-id');
  requirePermission(context, 'MANAGE_PRIVACY');
  return [{ seenBy: account_id }, account_id];
}

/**
 * What people asked for themselves no officer withdraws, who would place a hold; and what an account asked for, its officers
 * do.
 * @throws Problem 403 `erasure-of-others`
 */
function requireOwn(state: KnownErasure, context: CurrentUserContext): void {
  const { asked_in } = state.request;
  if (asked_in === null ? context.user_id === state.ids.user_id : isOfficer(state, context)) return;
  throw new Problem(403, 'erasure-of-others', 'Only who asked for it can withdraw it');
}
