import { serviceIdentity } from '@annals/auth';
import type { AccessEnd, CurrentUserContext } from '@annals/contracts';
import { derivedId, type EventStore } from '@annals/event-store';
import { BusError, type MessageHandler } from '@annals/messaging';
import type { Objects } from '@annals/objects';
import type { ProjectionRunner } from '@annals/postgres';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { removeFiles } from '../export/remove-files.js';
import { openExportsOf, type OpenExport } from '../views/open-exports/open-exports.projection.js';
import { accessEndOf } from './access-end.js';
import { endExport } from './end-export.js';

export const identityTopic = 'identity.events.v1';

export interface MemberParts {
  store: EventStore;
  objects: Objects;
  /** The view of open exports. */
  view: Pick<ProjectionRunner, 'caughtUp'>;
  now: () => Date;
  /** How long the view may take to see what there is, in milliseconds; 10,000 unless said. */
  patienceMs?: number;
}

/** Clocks differ a little, and a request may slip through in the second that an end takes to be known at every gateway. */
const graceMs = 5_000;
const pageSize = 20;

/**
 * Ends the exports of people who left, were disabled or deleted, and of accounts that were closed. What it writes has ids
 * made of the message and the export, so a repetition writes nothing; an export that was asked for after the end, by
 * somebody who is back, is left alone.
 */
export function endAccess(parts: MemberParts): MessageHandler {
  return async (message, context, tx) => {
    const end = accessEndOf(message, context);
    if (!end) return;
    await seen(parts);
    const until = new Date(Date.parse(context.timestamp) + graceMs);
    for (let after: string | null = null; ;) {
      const page: OpenExport[] = await openExportsOf(tx, end.whose, until, { after, limit: pageSize });
      await Promise.all(page.map((each) => endOne(parts, each, message.id, end.reason, context)));
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      after = last.export_id;
    }
  };
}

/** Whoever is at fault, it is not the message: it comes again. @throws BusError 'bus-unavailable' */
export async function seen(
  { view, patienceMs = 10_000 }: Pick<MemberParts, 'view' | 'patienceMs'>,
  of = 'open exports',
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const impatient = new Promise<never>((_, reject) => {
    const late = () => reject(new BusError('bus-unavailable', `the view of ${of} is behind`));
    timer = setTimeout(late, patienceMs);
  });
  await Promise.race([view.caughtUp(), impatient]).finally(() => clearTimeout(timer));
}

async function endOne(
  { store, objects, now }: MemberParts,
  { export_id, account, owner }: OpenExport,
  messageId: string,
  reason: AccessEnd,
  context: CurrentUserContext,
): Promise<void> {
  // Who did it in one account is nobody's business in another.
  const userId = account === context.account_id ? context.user_id : owner;
  const { request_id, transaction_id, correlation_id, traceparent, timestamp } = context;
  const at = now().toISOString();
  await store.execute(exportAggregate, exportId(account, export_id), {
    id: derivedId(messageId, export_id),
    context: {
      ...serviceIdentity('svc:export', { accountId: account, userId }),
      ...{ request_id, transaction_id, correlation_id, causation_id: messageId },
      ...{ ip_address: null, user_agent: null, traceparent, timestamp },
    },
    now: at,
    decide: (state) => endExport({ reason, now: at }, state),
  });
  // After the fact, which a worker that is just done sees and removes its document itself; a failure comes again.
  await removeFiles(objects, account, export_id);
}
