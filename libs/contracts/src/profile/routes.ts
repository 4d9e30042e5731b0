import { avatarRoutes } from './avatar/routes.js';
import { consentRoutes } from './consent/routes.js';
import { directoryRoutes } from './directory/routes.js';
import { documentRoutes } from './document/routes.js';
import { historyRoutes } from './history/routes.js';
import { preferencesRoutes } from './preferences/routes.js';
import { privacyRoutes } from './privacy/routes.js';
import { verificationRoutes } from './verification/routes.js';

export * from './document/routes.js';
export * from './history/routes.js';
export * from './privacy/routes.js';
export * from './consent/routes.js';
export * from './avatar/routes.js';
export * from './verification/routes.js';
export * from './preferences/routes.js';
export * from './directory/routes.js';

/** Everything that the profile service answers. */
export const profileRoutes = [
  ...documentRoutes,
  ...historyRoutes,
  ...privacyRoutes,
  ...consentRoutes,
  ...avatarRoutes,
  ...verificationRoutes,
  ...preferencesRoutes,
  ...directoryRoutes,
] as const;
