import type { Route } from '../route.js';
import { signInRoutes } from './sign-in/routes.js';
import { credentialRoutes } from './credential/routes.js';
import { factorRoutes } from './factor/routes.js';
import { emailRoutes } from './email/routes.js';
import { deviceRoutes } from './device/routes.js';
import { sessionRoutes } from './session/routes.js';
import { accountRoutes } from './account/routes.js';
import { apiKeyRoutes } from './apikey/routes.js';
import { elevationRoutes } from './elevation/routes.js';
import { invitationRoutes } from './invitation/routes.js';
import { memberRoutes } from './member/routes.js';
import { userRoutes } from './user/routes.js';
import { providerRoutes } from './provider/routes.js';
import { roleRoutes } from './role/routes.js';
import { grantRoutes } from './grant/routes.js';
import { rightsRoutes } from './rights/routes.js';
import { mailRoutes } from './mail/routes.js';

export * from './sign-in/routes.js';
export * from './credential/routes.js';
export * from './factor/routes.js';
export * from './email/routes.js';
export * from './session/routes.js';
export * from './device/routes.js';
export * from './account/routes.js';
export * from './member/routes.js';
export * from './invitation/routes.js';
export * from './user/routes.js';
export * from './provider/routes.js';
export * from './role/routes.js';
export * from './grant/routes.js';
export * from './rights/routes.js';
export * from './apikey/routes.js';
export * from './elevation/routes.js';
export * from './mail/routes.js';

/** Every public route of identity; a fixed path stands before a path with a parameter in the same place. */
export const identityRoutes = [
  ...signInRoutes,
  ...credentialRoutes,
  ...factorRoutes,
  ...emailRoutes,
  ...providerRoutes,
  ...sessionRoutes,
  ...deviceRoutes,
  ...accountRoutes,
  ...memberRoutes,
  ...invitationRoutes,
  ...userRoutes,
  ...rightsRoutes,
  ...roleRoutes,
  ...grantRoutes,
  ...apiKeyRoutes,
  ...elevationRoutes,
  ...mailRoutes,
] as const satisfies readonly Route[];
