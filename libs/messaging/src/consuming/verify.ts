import { headers as names, Problem, type CurrentUserContext } from '@annals/contracts';
import { type InMsg } from '../bus.js';
import { type Logger } from '../logger.js';
import { type MessageReader } from '../message-context.js';

/** A message whose context was verified. `data` is the JSON payload. */
export interface VerifiedMessage extends InMsg {
  data: unknown;
}

export type Verdict =
  | { kind: 'verified'; message: VerifiedMessage; context: CurrentUserContext }
  | { kind: 'refused'; message: InMsg; reason: string };

/** Decides whether a handler may see a message: its context must hold for exactly this message, and its payload be readable. */
export async function verify(reader: MessageReader, message: InMsg, logger: Logger): Promise<Verdict> {
  const { id, topic, key, value, headers } = message;
  try {
    const { identity, request, publisher } = await reader.readMessage(
      { id, topic, key, payload: value },
      headers[names.context],
    );
    const context = { ...identity, ...request };
    refuseOtherSpeakers(topic, publisher, identity.principal);
    refuseOtherHeaders(headers, context);
    logger.info(
      {
        message_id: id,
        topic,
        source: 'message',
        principal: context.principal,
        user_id: context.user_id,
        account_id: context.account_id,
        correlation_id: context.correlation_id,
      },
      'context resolved',
    );
    return { kind: 'verified', message: { ...message, data: parse(value) }, context };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kind: 'refused', message, reason: error.code };
  }
}

/** Whose topic it is: `export.jobs.v1` is the export service's, and nobody else speaks on it. */
export const topicOwner = (topic: string): string => `svc:${topic.split('.', 1)[0]}`;

/** A service speaks for itself alone and on its own topics: one that was taken over speaks for no other. */
function refuseOtherSpeakers(topic: string, publisher: string, principal: string | null): void {
  if (principal !== publisher) {
    throw new Problem(401, 'message-context-mismatch', `${publisher} signed as ${principal ?? 'nobody'}`);
  }
  if (publisher !== topicOwner(topic)) {
    throw new Problem(403, 'topic-of-another', `${publisher} spoke on a topic of ${topicOwner(topic)}`);
  }
}

/** The readable headers say the same as the signed context, or somebody changed them. */
function refuseOtherHeaders(headers: Readonly<Record<string, string>>, context: CurrentUserContext): void {
  const signed: [string, string | null][] = [
    [names.accountId, context.account_id],
    [names.requestId, context.request_id],
    [names.transactionId, context.transaction_id],
    [names.correlationId, context.correlation_id],
    [names.causationId, context.causation_id],
  ];
  for (const [name, value] of signed) {
    if (headers[name] !== undefined && headers[name] !== value) {
      throw new Problem(401, 'message-context-mismatch', `The header ${name} says other than the signed context`);
    }
  }
}

function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(value).toString());
  } catch (cause) {
    throw new Problem(400, 'message-unreadable', 'The payload is not JSON', { cause });
  }
}
