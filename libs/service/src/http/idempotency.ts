import { Problem } from '@annals/contracts';
import { uuidv5, uuidv7 } from '@annals/event-store';
import { createHmac, hkdfSync } from 'node:crypto';

const namespace = '6f1c2c38-40f5-5a53-9f0a-9f6c3b7f2f10';
const wellFormed = /^[\x21-\x7e]{1,255}$/;

export interface CommandScope {
  /** Null for what is done in no account. */
  accountId: string | null;
  userId: string | null;
  route: string;
  /** Path of the call: the same key for another resource is another command. */
  path: string;
  key: string | undefined;
}

/**
 * Id of the command that a request carries. With an idempotency key it is the same for every repetition by the same
 * user in the same account on the same route; without one it is new.
 * @throws Problem 400 `idempotency-key-invalid`
 */
export function commandIdOf(scope: CommandScope): string {
  const { accountId, userId, route, path, key } = scope;
  if (key === undefined) return uuidv7();
  if (!wellFormed.test(key)) {
    throw new Problem(400, 'idempotency-key-invalid', 'An idempotency key has 1 to 255 visible ASCII characters');
  }
  return uuidv5(namespace, [accountId ?? '-', userId ?? '-', route, path, key].join('|'));
}

/** Hashes bodies with a key derived from the installation's, so that stored hashes cannot be searched for guesses. */
export function createCommandHash(installationKey: Uint8Array): (body: unknown) => string {
  const key = Buffer.from(hkdfSync('sha256', installationKey, '', 'annals command hash', 32));
  return (body) => createHmac('sha256', key).update(canonical(body)).digest('base64url');
}

/** JSON with sorted names: clients may send the same fields in another order. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? ''
  );
}

/** Commands being worked on in this process. The stream, not this list, makes repetitions harmless. */
export interface CommandsInFlight {
  /** @throws Problem 409 `command-in-flight` */
  enter(commandId: string): void;
  leave(commandId: string): void;
}

export function createCommandsInFlight(): CommandsInFlight {
  const running = new Set<string>();
  return {
    enter(commandId) {
      if (running.has(commandId)) {
        throw new Problem(409, 'command-in-flight', 'The same command is still being worked on', {
          headers: { 'retry-after': '1' },
        });
      }
      running.add(commandId);
    },
    leave: (commandId) => void running.delete(commandId),
  };
}
