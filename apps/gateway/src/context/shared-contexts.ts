import type { IdentityContext } from '@annals/contracts';

/** A context that another gateway derived. */
export interface SharedContext {
  identity: IdentityContext;
  signed: string;
  /** Milliseconds for which it may still be cached, and its signature be sent. */
  leftMs: number;
  signatureLeftMs: number;
}

/** Contexts shared by several gateways. It only ever saves a question: when it fails, identity is asked. */
export interface SharedContexts {
  find(key: string): Promise<SharedContext | null>;
  remember(key: string, signed: string, lifeMs: number): void;
}
