import type { StoredPasskey } from './passkeys.js';

/**
 * What a passkey proves (RFC 8176): a key in hardware or, where it may be copied to other devices, in software; that
 * somebody was there; and two factors, because the authenticator checks who holds it.
 */
export const passkeyMethods = ({ synced }: StoredPasskey): string[] => [synced ? 'swk' : 'hwk', 'user', 'mfa'];
