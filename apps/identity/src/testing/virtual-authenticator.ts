import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type {
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
} from '@annals/contracts';
import { encodeCbor } from './cbor.js';

/** How an authenticator, or the page it serves, differs from what is asked of it. */
export interface Deviation {
  /** Page that asks. */
  origin?: string;
  /** Domain that is signed for. */
  rpId?: string;
  /** False: nobody checked who holds it. */
  verified?: boolean;
  /** What it says it counted; one more than before unless said. */
  count?: number;
  challenge?: string;
  /** Whose passkey it claims to be. */
  userHandle?: string | null;
}

/** An authenticator in software with one passkey, and the browser in front of it. */
export interface VirtualAuthenticator {
  create(options: PasskeyCreationOptions, deviation?: Deviation): PasskeyRegistration;
  get(options: PasskeyRequestOptions, deviation?: Deviation): PasskeyAssertion;
}

const flag = { present: 0x01, verified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 };
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

/**
 * @param origin of the page
 * @param synced its passkey may be copied to other devices
 * @param counts false for one that never counts, as those of synced passkeys
 */
export function virtualAuthenticator({
  origin,
  synced = false,
  counts = true,
}: {
  origin: string;
  synced?: boolean;
  counts?: boolean;
}): VirtualAuthenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  let userHandle: string | null = null;
  let count = 0;

  function authenticatorData(rpId: string, deviation: Deviation, attested?: Buffer): Buffer {
    if (counts) count = deviation.count ?? count + 1;
    const flags =
      flag.present |
      (deviation.verified === false ? 0 : flag.verified) |
      (synced ? flag.backupEligible | flag.backedUp : 0) |
      (attested ? flag.attested : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(count);
    return Buffer.concat([sha256(deviation.rpId ?? rpId), Buffer.of(flags), counter, attested ?? Buffer.alloc(0)]);
  }

  const clientData = (type: string, challenge: string, deviation: Deviation) =>
    Buffer.from(
      JSON.stringify({
        ...{ type, challenge: deviation.challenge ?? challenge },
        ...{ origin: deviation.origin ?? origin, crossOrigin: false },
      }),
    );
  const credential = () => ({
    ...{ id: base64url(id), rawId: base64url(id), type: 'public-key' as const },
    ...{ authenticatorAttachment: 'platform' as const, clientExtensionResults: {} },
  });

  return {
    create({ challenge, rp, user }, deviation = {}) {
      userHandle = user.id;
      const client = clientData('webauthn.create', challenge, deviation);
      const length = Buffer.of(id.length >> 8, id.length & 0xff);
      const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)]);
      const authData = authenticatorData(rp.id, deviation, attested);
      const attestation = new Map<string, string | Uint8Array | Map<string, never>>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, never>()],
        ['authData', authData],
      ]);
      return {
        ...credential(),
        response: {
          clientDataJSON: base64url(client),
          attestationObject: base64url(encodeCbor(attestation)),
          transports: ['internal'],
        },
      };
    },
    get({ challenge, rpId }, deviation = {}) {
      const client = clientData('webauthn.get', challenge, deviation);
      const authData = authenticatorData(rpId, deviation);
      const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), privateKey);
      const response = {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(authData),
        signature: base64url(signature),
        userHandle: deviation.userHandle === undefined ? userHandle : deviation.userHandle,
      };
      return { ...credential(), response };
    },
  };
}

/** ES256 on P-256 (RFC 9053 §7.1.1). */
function coseKey(key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' });
  const coordinate = (value: string | undefined) => Buffer.from(value ?? '', 'base64url');
  return encodeCbor(
    new Map<number, number | Uint8Array>([
      ...([
        [1, 2],
        [3, -7],
        [-1, 1],
      ] as [number, number][]),
      ...([
        [-2, coordinate(x)],
        [-3, coordinate(y)],
      ] as [number, Uint8Array][]),
    ]),
  );
}
