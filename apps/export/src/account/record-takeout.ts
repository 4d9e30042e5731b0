import { type Conduct, type CurrentUserContext, downloadExportRoute, RequestContext } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import type { InternalClient } from '@annals/service';
import { workingFor } from './asker.js';

/**
 * Resolves when it is durable that the person of the context reads what an export holds about others.
 * @throws Problem 503 while it cannot be put on record
 */
export type RecordTakeout = (context: CurrentUserContext, exportId: string, commandId: string) => Promise<void>;

/** In the words in which gateways tell it of other routes, so that one search finds all. */
export const takeoutRecorder =
  (identity: Pick<InternalClient, 'call'>): RecordTakeout =>
  async (context, exportId, commandId) => {
    const { account_id, user_id, session_id, temporary_roles, elevation_id } = context;
    if (!account_id || !user_id) throw new Error('an account is taken out by a person of it');
    const { id: operation, definition } = downloadExportRoute;
    const request = RequestContext.parse(context);
    const body: Conduct = {
      id: derivedId(commandId, 'reading'),
      by: { kind: 'user', session_id, temporary_roles, elevation_id },
      request,
      fact: {
        type: 'PersonalDataRead',
        data: {
          ...{ account_id, user_id, principal: null, method: definition.method, route: definition.path, operation },
          ...{ subject_id: null, thing_id: exportId, times: 1 },
        },
      },
    };
    const asker = { accountId: account_id, userId: user_id, sessionId: session_id, elevationId: elevation_id };
    await identity.call({ method: 'POST', path: '/internal/readings', body, identity: workingFor(asker), request });
  };
