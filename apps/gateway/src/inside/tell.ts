import { gatewayPrincipal, serviceIdentity, type ContextSigner } from '@annals/auth';
import { headers } from '@annals/contracts';
import type { Upstream } from '../forward/upstreams.js';

/**
 * Tells a service something that it keeps, as the gateway itself. `refused` means that telling it again is of no use.
 * @throws Error when it is not known whether it was taken: tell it again
 */
export type Tell = (path: string, body: unknown) => Promise<'taken' | 'refused'>;

const TIMEOUT_MS = 5_000;

/** Tells over HTTP. */
export function tellOverHttp({ name, calls }: Pick<Upstream, 'name' | 'calls'>, signer: ContextSigner): Tell {
  const self = serviceIdentity(gatewayPrincipal);
  return async (path, body) => {
    const answer = await calls.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', [headers.context]: await signer.sign(self) },
      body: JSON.stringify(body),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    await answer.body.dump();
    if (answer.statusCode < 300) return 'taken';
    // Too many requests, or a context that has just expired, are no verdict on what was told.
    if (answer.statusCode < 500 && ![401, 408, 429].includes(answer.statusCode)) return 'refused';
    throw new Error(`${name} answered ${answer.statusCode} to ${path}`);
  };
}
