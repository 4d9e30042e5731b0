import { type ErasedValue } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { type z } from 'zod';

/** Where the event store binds a client's address. */
const addressPath = 'metadata.client.ip';

export type AddressOpener = Pick<EventStore, 'openField'>;

/** A client's address as an event holds it, with everything its seal is bound to. */
export interface SealedAddress {
  stream: string;
  event_id: string;
  /** Whose address it is, which is who acted. */
  subject: string | null;
  sealed: string | null;
}

/**
 * The whole address in clear; `{erased: true}` once its person is erased, null where there was none.
 * @throws Problem 500 `sealed-value-invalid` when it was not sealed for that very event
 */
export async function openAddress(
  store: AddressOpener,
  { stream, event_id, subject, sealed }: SealedAddress,
): Promise<string | z.infer<typeof ErasedValue> | null> {
  if (sealed === null || subject === null) return null;
  const value = await store.openField({ stream, event_id, path: addressPath, subject, value: { sealed } });
  return value as string | z.infer<typeof ErasedValue>;
}
