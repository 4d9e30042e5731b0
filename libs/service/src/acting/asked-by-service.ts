import { serviceIdentity } from '@annals/auth';
import type { CommandContext } from '@annals/event-store';

/** What follows from a request and is not the asker's own deed: a service does it there, and who asked is not told. */
export function askedByService<A extends { context: CommandContext }>(asking: A, principal: string, accountId: string) {
  const { request_id, transaction_id, correlation_id, causation_id, traceparent, timestamp } = asking.context;
  return {
    ...asking,
    context: {
      ...serviceIdentity(principal, { accountId }),
      ...{ request_id, transaction_id, correlation_id, causation_id, traceparent, timestamp },
      ...{ ip_address: null, user_agent: null },
    },
  };
}
