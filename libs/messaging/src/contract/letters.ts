import { randomUUID } from 'node:crypto';
import { createContextReader, createContextSigner, generateKey, type PublicJwk, serviceIdentity } from '@annals/auth';
import { headers as names, type IdentityContext, type RequestContext } from '@annals/contracts';
import { type OutMsg } from '../bus.js';
import { type MessageReader } from '../message-context.js';

/** Signs messages as a service would, and reads them back. */
export interface Letters {
  reader: MessageReader;
  publicJwk: PublicJwk;
  accountId: string;
  /** A signed message with JSON data; `position` as a publisher called `source` would give it. */
  write(topic: string, key: string, data: unknown, more?: { source?: string; position?: number }): Promise<OutMsg>;
}

/** @param speaksAs whom the context names, when it is not who signs */
export async function createLetters(principal = 'svc:test', speaksAs = principal): Promise<Letters> {
  const { privateJwk, publicJwk } = await generateKey(principal);
  const signer = createContextSigner({ principal, privateJwk });
  const accountId = randomUUID();
  const identity: IdentityContext = serviceIdentity(speaksAs, { accountId });
  return {
    ...{ publicJwk, accountId },
    reader: createContextReader({ jwks: { keys: [publicJwk] } }),
    async write(topic, key, data, { source, position } = {}) {
      const id = randomUUID();
      const value = Buffer.from(JSON.stringify(data));
      const request = requestOf(id);
      const headers: Record<string, string> = {
        [names.correlationId]: request.correlation_id,
        [names.accountId]: accountId,
        [names.context]: await signer.signMessage({ id, topic, key, payload: value }, identity, request),
      };
      if (source !== undefined) headers.ce_source = source;
      if (position !== undefined) headers.ce_position = `${position}-${position}`;
      return { key, id, type: 'thing.happened.v1', headers, value };
    },
  };
}

function requestOf(id: string): RequestContext {
  return {
    request_id: id,
    transaction_id: id,
    correlation_id: randomUUID(),
    causation_id: id,
    ip_address: null,
    user_agent: null,
    traceparent: null,
    timestamp: '2026-01-01T00:00:00.000Z',
  };
}
