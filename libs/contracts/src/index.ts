export * from './personal-data.js';
export * from './event.js';
export * from './permissions.js';
export * from './headers.js';
export * from './conditions.js';
export * from './context.js';
export * from './route.js';
export * from './problem.js';
export * from './identity/personal.js';
export * from './identity/events.js';
export * from './identity/account/policies.js';
export * as identitySchemas from './identity/schemas.js';
export type {
  AccessTokenBody,
  CheckedPermission,
  HeldRole,
  PermissionCheck,
  PermissionPath,
  RoleId,
  RoleInfo,
  RolePermission,
  LoginAnswerBody,
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
  SecondFactorMethod,
  SignedInBody,
} from './identity/schemas.js';
export * from './identity/routes.js';
export * from './identity/internal.js';
export * from './identity/conduct/internal.js';
export * from './gateway/routes.js';
export * from './routes.js';
export * from './openapi.js';
export * from './export/exports.js';
export * from './export/events.js';
export * from './export/routes.js';
export * from './export/account/index.js';
export * from './export/erasure/index.js';
export * from './export/import/index.js';
export * from './export/schedule/index.js';
export * from './export/standing/index.js';
export * from './profile/index.js';
export * from './activity/index.js';
export * from './all-events.js';
export * from './privacy/index.js';
