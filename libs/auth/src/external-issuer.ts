import { builtInRoles, type BuiltInRole, type ContextRequest } from '@annals/contracts';
import { z } from 'zod';
import { claimAt } from './claims.js';
import { issuerShape, type IssuerConfig } from './issuer.js';
import type { VerifiedToken } from './token-verifier.js';

const claimName = z.string().min(1).max(200);

/** Which claims say what is needed of a person: whole names or dotted paths, as `roles_claim`. */
const ClaimNames = z.strictObject({
  email: claimName.default('email'),
  /** Counts only when it is the JSON value `true`. */
  email_verified: claimName.default('email_verified'),
  name: claimName.default('name'),
});

/** Whether, and as what, somebody whom nobody linked is let in on first sight. */
const Provision = z.union([
  z.literal(false),
  z.strictObject({
    /** Id or slug of the account that they join and that looks after them. An id stays with its account. */
    account: z.union([z.uuid(), z.string().regex(/^(?=.{3,40}$)[a-z0-9]+(-[a-z0-9]+)*$/)]),
    /** Role of somebody whose token names no role of `role_map`. */
    role: z.enum(builtInRoles).default('VIEWER'),
    /**
     * Whether somebody whose address a local person has becomes that person. Only where both sides have verified the
     * address, and only for an issuer that nobody can make a verified address up with.
     */
    link_verified_email: z.boolean().default(false),
  }),
]);

/** An issuer of somebody else whom this system trusts. What is not said is not allowed. */
export const ExternalIssuer = z
  .strictObject({
    ...issuerShape,
    /** Short name that ids begin with when a subject has no `|`: `keycloak|0b1c…`. From the host unless said. */
    provider: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?$/, 'is a short name in lower case')
      .optional(),
    /** More audiences that count when an identity is linked, and never for a call: an ID token names the client. */
    link_audience: z.array(z.string().min(1)).min(1).optional(),
    claims: ClaimNames.prefault({}),
    /** Role here for a role there. Looked at when somebody is provisioned; from then on roles are given here. */
    role_map: z.record(z.string().min(1), z.enum(builtInRoles)).default({}),
    provision: Provision.default(false),
  })
  .transform((issuer) => ({ ...issuer, provider: issuer.provider ?? providerOf(issuer.issuer) }));

export type Provision = Exclude<z.output<typeof Provision>, false>;
export type ExternalIssuer = z.output<typeof ExternalIssuer> & IssuerConfig;

/** JWT_ISSUERS: a JSON list of issuers, each named once. */
export const JwtIssuers = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      context.addIssue({ code: 'custom', message: `is not JSON: ${(error as Error).message}` });
      return z.NEVER;
    }
  })
  .pipe(z.array(ExternalIssuer))
  .refine((list) => new Set(list.map((one) => one.issuer)).size === list.length, 'names an issuer twice');

/** The first label of the issuer's host, as in `tenant` of `https://tenant.eu.auth0.com/`; the text itself where it is no URL. */
function providerOf(issuer: string): string {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : issuer;
  const label = host
    .toLowerCase()
    .split('.')[0]!
    .replace(/[^a-z0-9-]/g, '')
    .slice(0, 40);
  return label.replace(/^-+|-+$/g, '') || 'external';
}

/** An identity as people see it: the subject where it says its provider itself (`auth0|…`), else after the short name. */
export const providerIdOf = (issuer: Pick<ExternalIssuer, 'provider'>, subject: string): string =>
  subject.includes('|') ? subject : `${issuer.provider}|${subject}`;

type ExternalCaller = Extract<ContextRequest['caller'], { kind: 'external' }>;

/** Longest text of a claim that is passed on; a longer one counts as none. */
const longestClaim = 320;

/** What a verified token of an external issuer says of its person, under the names its issuer is configured with. */
export function externalCaller(issuer: ExternalIssuer, token: VerifiedToken): ExternalCaller {
  const { claims } = token;
  const text = (name: string) => {
    const value = claimAt(claims, name);
    return typeof value === 'string' && value !== '' && value.length <= longestClaim ? value : null;
  };
  return {
    kind: 'external',
    issuer: token.issuer,
    subject: token.subject,
    email: text(issuer.claims.email),
    email_verified: claimAt(claims, issuer.claims.email_verified) === true,
    name: text(issuer.claims.name),
    roles: token.roles,
    auth_methods: token.methods,
    authenticated_at: momentOf(claims.auth_time),
  };
}

/** `auth_time` (OpenID Connect Core §2): when the person last signed in there. */
function momentOf(seconds: unknown): string | null {
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds < 1e11)) return null;
  return new Date(seconds * 1000).toISOString();
}

/** The highest of the roles here that a token's roles stand for; null when none of them is mapped. */
export function mappedRole(issuer: Pick<ExternalIssuer, 'role_map'>, roles: readonly string[]): BuiltInRole | null {
  const here = new Set(roles.flatMap((role) => (Object.hasOwn(issuer.role_map, role) ? [issuer.role_map[role]] : [])));
  return builtInRoles.find((role) => here.has(role)) ?? null;
}
