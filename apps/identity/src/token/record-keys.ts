import { serviceIdentity, type SigningKey } from '@annals/auth';
import type { SigningKeyEvent } from '@annals/contracts';
import { derivedId, uuidv5, type Aggregate } from '@annals/event-store';
import type { Identity } from '../identity.js';

/** Whether it stands in the log that a key was made. */
export const signingKeys: Aggregate<boolean> = { category: 'signingkey', initial: false, evolve: () => true };

/** Namespace of the commands that record keys; their names are key ids. */
const namespace = '5b0f6f7e-6d0a-5c5e-8f0e-3a1f0c7b9d24';

/** Records of each key that it was made, once, whichever process made it: none signs that no log knows. */
export async function recordSigningKeys(
  { store }: Pick<Identity, 'store'>,
  keys: readonly SigningKey[],
  now: string,
): Promise<void> {
  const inOrder = keys.toSorted((one, other) => one.signs_from - other.signs_from);
  for (const [index, { kid, signs_from }] of inOrder.entries()) {
    const id = derivedId(uuidv5(namespace, kid), 'added');
    const replaces = inOrder[index - 1]?.kid ?? null;
    const data = { kid, signs_from: new Date(signs_from).toISOString(), replaces };
    await store.execute(signingKeys, kid, {
      id,
      context: {
        ...serviceIdentity('svc:identity'),
        ...{ request_id: id, transaction_id: id, correlation_id: id, causation_id: id },
        ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now },
      },
      now,
      accountId: null,
      decide: (isKnown): SigningKeyEvent[] => (isKnown ? [] : [{ type: 'SigningKeyAdded', data }]),
    });
  }
}
