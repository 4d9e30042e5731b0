import { serviceIdentity, withoutRights } from '@annals/auth';
import { type Conduct, ConductBatch, type ConductFact } from '@annals/contracts';
import { accountStream, type Aggregate, type CommandContext } from '@annals/event-store';
import { mountInside } from '@annals/service';
import type { Identity } from '../identity.js';

/** Nothing is decided on what was done, so there is nothing to remember. */
const remembersNothing = (category: string): Aggregate<null> => ({ category, initial: null, evolve: () => null });

/** What somebody was denied. */
export const denials = remembersNothing('denial');
/** What somebody tried that changed nothing, and sign-ins that failed. */
export const attempts = remembersNothing('attempt');
/** What somebody was shown about others. */
export const readings = remembersNothing('reading');

const aggregates: Readonly<Record<ConductFact['type'], Aggregate<null>>> = {
  AccessDenied: denials,
  CommandRejected: attempts,
  CommandChangedNothing: attempts,
  PersonalDataRead: readings,
};

/**
 * Id of the stream of what one person, or one service account, did in one account. What belongs to no account stands
 * under `none`. Attempts and readings have a stream for each day, so that none grows with a working life: before the
 * first is written after a start, the whole stream is read.
 */
export function conductStream({ fact: { type, data }, request }: Pick<Conduct, 'fact' | 'request'>): string {
  const { account_id, user_id, principal } = data;
  const who = user_id ?? principal?.replace(/^.*:/, '') ?? 'nobody';
  const stream = accountStream(account_id ?? 'none', who);
  return type === 'AccessDenied' ? stream : `${stream}_${dayOf(request.timestamp)}`;
}

/** @param time RFC 3339 in UTC */
export const dayOf = (time: string): string => time.slice(0, 10).replaceAll('-', '');

/** Whose request it was, as their other facts say it; with no rights, for none were used. */
function contextOf({ fact: { data }, by, request }: Conduct): CommandContext {
  const { account_id, user_id, principal } = data;
  const { kind, session_id, temporary_roles, elevation_id } = by;
  const known = { kind, principal, user_id, account_id, session_id, temporary_roles, elevation_id };
  return { ...withoutRights(serviceIdentity('')), ...known, ...request };
}

/** Streams written side by side: a flood of refusals must not take the stores from those who are let in. */
const sideBySide = 16;

/** Records what was done; telling it again changes nothing. In order within a stream, some streams at a time. */
export async function recordConduct({ store }: Pick<Identity, 'store'>, told: readonly Conduct[]): Promise<void> {
  const streams = Map.groupBy(told, (one) => `${aggregates[one.fact.type].category}-${conductStream(one)}`).values();
  const worker = async () => {
    // All workers take from one iterator, so each stream is written by one of them.
    for (const ofStream of streams) {
      for (const one of ofStream) {
        await store.execute(aggregates[one.fact.type], conductStream(one), {
          id: one.id,
          context: contextOf(one),
          now: one.request.timestamp,
          accountId: one.fact.data.account_id,
          decide: () => [one.fact],
        });
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
}

/** For gateways: refusals, commands without effect, and reading about others. */
export const conductOfGateways = (identity: Identity) =>
  mountInside(
    // 500 with their requests do not fit the usual 100 KB.
    { method: 'POST', path: '/internal/conduct', principals: ['gateway'], body: ConductBatch, bodyLimit: 2_000_000 },
    async ({ body }) => {
      await recordConduct(identity, body.conduct);
      return { status: 204 };
    },
  );
