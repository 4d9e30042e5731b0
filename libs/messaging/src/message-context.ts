import { type IdentityContext, type RequestContext } from '@annals/contracts';

/** What a signature is bound to. */
export interface BoundMessage {
  id: string;
  topic: string;
  key: string;
  payload: Uint8Array;
}

/** Implemented by `createContextSigner` of @annals/auth. */
export interface MessageSigner {
  signMessage(message: BoundMessage, identity: IdentityContext, request: RequestContext): Promise<string>;
}

/** Implemented by `createContextReader` of @annals/auth. Rejects when the context is missing, forged or of another message. */
export interface MessageReader {
  readMessage(
    message: BoundMessage,
    header: string | undefined,
  ): Promise<{ identity: IdentityContext; request: RequestContext; /** Who signed. */ publisher: string }>;
}
