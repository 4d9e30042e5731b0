import { BusError } from '../bus.js';

interface KafkaFailure {
  type?: string;
  cause?: unknown;
}

/** Protocol error types of a failure and of what caused it, as in `UNKNOWN_TOPIC_OR_PARTITION`. */
function typesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { type, cause } = error as KafkaFailure;
  return [...(type === undefined ? [] : [type]), ...(cause === error ? [] : typesOf(cause))];
}

/** The broker no longer counts this member as one of the group's. */
export function isExpelled(error: unknown): boolean {
  return typesOf(error).some((type) =>
    ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'].includes(type),
  );
}

/** A failure of the client in the words of the port. */
export function toBusError(error: unknown, doing: string): BusError {
  if (error instanceof BusError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const types = typesOf(error);
  if (types.includes('UNKNOWN_TOPIC_OR_PARTITION')) {
    return new BusError('unknown-topic', `${doing}: the topic does not exist`, { cause: error });
  }
  if (types.includes('MESSAGE_TOO_LARGE')) {
    return new BusError('invalid-message', `${doing}: the broker refuses the size`, { cause: error });
  }
  return new BusError('bus-unavailable', `${doing}: ${reason}`, { cause: error });
}
