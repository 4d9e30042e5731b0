import { createHash } from 'node:crypto';

/** What a message's context is bound to: moved to another message, topic, key or payload, it no longer holds. */
export interface BoundMessage {
  id: string;
  topic: string;
  key: string;
  payload: Uint8Array;
}

export interface MessageBinding {
  id: string;
  topic: string;
  key: string;
  sha256: string;
}

/** The binding of a message, with the payload as its SHA-256 in base64url. */
export function messageBinding(message: BoundMessage): MessageBinding {
  const sha256 = createHash('sha256').update(message.payload).digest('base64url');
  return { id: message.id, topic: message.topic, key: message.key, sha256 };
}

export function sameBinding(a: MessageBinding, b: MessageBinding): boolean {
  return a.id === b.id && a.topic === b.topic && a.key === b.key && a.sha256 === b.sha256;
}
