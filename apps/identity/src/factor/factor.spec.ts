import { deciderSpec } from '@annals/testing';
import fc from 'fast-check';
import { credentials, hasSecondFactor, type Credential } from '../credential/credential.js';
import { addPasskey, type AddPasskey } from './add-passkey.js';
import { base32 } from './base32.js';
import { claimedChallenge } from './ceremony.js';
import { relyingParty } from './relying-party.js';
import { enableTotp, type EnableTotp } from './confirm-totp.js';
import { disableTotp } from './disable-totp.js';
import { generateRecoveryCodes, type GenerateRecoveryCodes } from './generate-recovery-codes.js';
import { regressSignCount, type RegressSignCount } from './prove-passkey.js';
import { codesOf, placeOf } from './recovery-codes.js';
import { lastCodes } from './recovery-code-sets.js';
import { removePasskey, type RemovePasskey } from './remove-passkey.js';
import { codeOf, matchingStep, otpauthUri, stepAt } from './totp.js';
import { useRecoveryCode, type UseRecoveryCode } from './use-recovery-code.js';

const user_id = '018f0000-0000-7000-8000-0000000000b1';
const factor_id = '018f0000-0000-7000-8000-0000000000f1';
const set_id = '018f0000-0000-7000-8000-0000000000f2';
const other_set = '018f0000-0000-7000-8000-0000000000f3';
const passkey_id = '018f0000-0000-7000-8000-0000000000f4';
const now = '2026-03-01T12:00:00.000Z';

const enabled = { type: 'TotpEnabled', data: { user_id, factor_id, enabled_at: now } };
const disabled = { type: 'TotpDisabled', data: { user_id, factor_id } };
const generated = (set = set_id, replaced_set_id: string | null = null) => ({
  type: 'RecoveryCodesGenerated',
  data: { user_id, set_id: set, count: 10, generated_at: now, replaced_set_id },
});
const used = (place: number, left: number) => ({ type: 'RecoveryCodeUsed', data: { user_id, set_id, place, left } });
const removed = { type: 'RecoveryCodesRemoved', data: { user_id, set_id } };
const added = (id = passkey_id) => ({ type: 'PasskeyAdded', data: { user_id, passkey_id: id, name: 'Laptop' } });
const taken = { type: 'PasskeyRemoved', data: { user_id, passkey_id } };
const password = { type: 'PasswordSet', data: { user_id, reason: 'registration' } };

const deciding = <C>(decide: (credential: Credential, command: C) => ReturnType<typeof disableTotp>) =>
  deciderSpec({ ...credentials, decide: (command: C, credential: Credential) => decide(credential, command) }).given;

describe('a code of an authenticator app', () => {
  const seed = Buffer.from('12345678901234567890');
  const vectors = [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ] as const;
  it.each(vectors)('is that of RFC 6238, appendix B, at %d s', (seconds, eightDigits) =>
    expect(codeOf(seed, stepAt(new Date(seconds * 1000).toISOString()))).toBe(eightDigits.slice(2)),
  );

  const present = 50_000_000;
  const matched = (step: number, last = 0) => matchingStep(seed, codeOf(seed, step), present, last);
  it('is accepted when its clock is one step off, either way', () =>
    expect([-1, 0, 1].map((off) => matched(present + off))).toEqual([present - 1, present, present + 1]));
  it('is refused when its clock is further off', () =>
    expect([-2, 2].map((off) => matched(present + off))).toEqual([null, null]));
  it('is refused for the step that was accepted last, and for those before', () =>
    expect([-1, 0, 1].map((off) => matched(present + off, present))).toEqual([null, null, present + 1]));

  it('begins with a secret that apps can read', () => {
    expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32(Buffer.from(text)))).toEqual(
      // RFC 4648 §10, without padding.
      ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'],
    );
    expect(otpauthUri(seed, 'Annals', 'ada@example.test')).toBe(
      'otpauth://totp/Annals:ada%40example.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Annals&algorithm=SHA1&digits=6&period=30',
    );
  });
});

describe('enabling codes', () => {
  const given = deciding<EnableTotp>(enableTotp);
  const command = { user_id, factor_id, set_id, now };
  it('brings recovery codes with the first factor', () => given([password]).when(command).then([enabled, generated()]));
  it('leaves the recovery codes that are there', () =>
    given([added(), generated(other_set)])
      .when(command)
      .then([enabled]));
  it('is refused while codes of another secret are asked for', () =>
    given([enabled]).when(command).thenRefuses('totp-enabled-meanwhile'));
});

describe('disabling codes', () => {
  const given = deciding<{ user_id: string }>(disableTotp);
  it('ends the recovery codes with the last factor', () =>
    given([enabled, generated()]).when({ user_id }).then([disabled, removed]));
  it('leaves them while there is a passkey', () =>
    given([enabled, generated(), added()]).when({ user_id }).then([disabled]));
  it('changes nothing where none are asked for', () => given([enabled, disabled]).when({ user_id }).thenNothing());
});

describe('recovery codes', () => {
  const codes = codesOf(Buffer.alloc(32, 1), Buffer.alloc(32, 2));
  it('are ten different ones of 120 bits', () => {
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){5}$/);
  });
  it('follow from their salt and the key alone', () => {
    expect(codesOf(Buffer.alloc(32, 1), Buffer.alloc(32, 2))).toEqual(codes);
    expect(codesOf(Buffer.alloc(32, 9), Buffer.alloc(32, 2))).not.toEqual(codes);
    expect(codesOf(Buffer.alloc(32, 1), Buffer.alloc(32, 9))).not.toEqual(codes);
  });
  it('are known however they are typed', () =>
    fc.assert(
      fc.property(fc.nat(9), fc.constantFrom('', ' ', '-', ' - '), (place, between) => {
        const typed = codes[place]!.replaceAll('-', between).toUpperCase();
        expect(placeOf(codes, typed)).toBe(place);
      }),
    ));
  it('are not guessed', () => fc.assert(fc.property(fc.string(), (typed) => expect(placeOf(codes, typed)).toBeNull())));

  const using = deciding<UseRecoveryCode>(useRecoveryCode);
  it('are each good once', () => {
    using([generated()])
      .when({ user_id, set_id, place: 3 })
      .then([used(3, 9)]);
    using([generated(), used(3, 9)])
      .when({ user_id, set_id, place: 3 })
      .thenNothing();
    using([generated(), used(3, 9)])
      .when({ user_id, set_id, place: 4 })
      .then([used(4, 8)]);
  });
  it('are good for nothing once there are others, or none', () => {
    using([generated(), generated(other_set, set_id)])
      .when({ user_id, set_id, place: 3 })
      .thenNothing();
    using([generated(), removed]).when({ user_id, set_id, place: 3 }).thenNothing();
  });

  const generating = deciding<GenerateRecoveryCodes>(generateRecoveryCodes);
  it('take the place of earlier ones', () =>
    generating([enabled, generated(), used(1, 9)])
      .when({ user_id, set_id: other_set, now })
      .then([generated(other_set, set_id)]));
  it('need a factor that they stand in for', () =>
    generating([password]).when({ user_id, set_id, now }).thenRefuses('no-second-factor'));
  it('can be given up', () => {
    const given = deciding<string>(lastCodes);
    given([enabled, generated()]).when(user_id).then([removed]);
    given([enabled]).when(user_id).thenNothing();
  });
});

describe('a passkey', () => {
  const adding = deciding<AddPasskey>(addPasskey);
  const command = { user_id, passkey_id, name: 'Laptop', set_id, now };
  it('brings recovery codes with the first factor', () =>
    adding([password]).when(command).then([added(), generated()]));
  it('leaves the recovery codes that are there', () =>
    adding([enabled, generated(other_set)])
      .when(command)
      .then([added()]));
  it('is one of at most twenty', () =>
    adding(Array.from({ length: 20 }, (_, n) => added(`018f0000-0000-7000-8000-0000000001${n + 10}`)))
      .when(command)
      .thenRefuses('too-many-passkeys'));

  const removing = deciding<RemovePasskey>(removePasskey);
  it('can be removed, and the recovery codes go with the last factor', () => {
    removing([password, added(), generated()]).when({ user_id, passkey_id }).then([taken, removed]);
    removing([password, enabled, added(), generated()]).when({ user_id, passkey_id }).then([taken]);
  });
  it('stays when it is the last way to sign in', () =>
    removing([added(), generated()]).when({ user_id, passkey_id }).thenRefuses('last-way-to-sign-in'));
  it('that is not theirs is unknown', () =>
    removing([password]).when({ user_id, passkey_id }).thenRefuses('passkey-not-found'));

  const regressing = deciding<RegressSignCount>(regressSignCount);
  const regress = { user_id, passkey_id, known_count: 5, received_count: 5 };
  it('that counts backwards is told of, unless it is gone', () => {
    regressing([added()])
      .when(regress)
      .then([{ type: 'SignCountRegressed', data: regress }]);
    regressing([added(), taken]).when(regress).thenNothing();
  });

  it('belongs to the domain of the public address, and is used on exactly the origins that are said', () =>
    expect(relyingParty('https://app.annals.example:8443/x', ['https://admin.annals.example'])).toEqual({
      id: 'app.annals.example',
      origins: ['https://app.annals.example:8443', 'https://admin.annals.example'],
    }));

  it.each(['', 'null', '{}', '{"challenge":1}', '[]', 'no json'])(
    'whose client data are %j names no challenge of ours',
    (text) => {
      const clientDataJSON = Buffer.from(text).toString('base64url');
      const response = { clientDataJSON, authenticatorData: '', signature: '' };
      const claimed = claimedChallenge({
        id: 'x',
        rawId: 'x',
        type: 'public-key',
        clientExtensionResults: {},
        response,
      });
      expect(claimed.length).toBeLessThan(43);
    },
  );
});

describe('a second factor', () => {
  const after = (events: Parameters<typeof credentials.evolve>[1][]) =>
    hasSecondFactor(events.reduce(credentials.evolve, credentials.initial));
  it('is an authenticator app or a passkey, while it is there', () =>
    expect([[password], [enabled], [enabled, disabled], [added()], [added(), taken]].map(after)).toEqual([
      ...[false, true, false, true, false],
    ]));
});
