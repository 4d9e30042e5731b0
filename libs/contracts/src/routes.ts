import { activityRoutes } from './activity/routes.js';
import { exportRoutes } from './export/routes.js';
import { gatewayRoutes } from './gateway/routes.js';
import { identityRoutes } from './identity/routes.js';
import { getRecordsOfProcessingRoute } from './privacy/routes.js';
import { profileRoutes } from './profile/routes.js';
import type { Route } from './route.js';

/** Every route of the house, from which routing, OpenAPI, client and authorization matrix are made. */
export const allRoutes: readonly Route[] = [
  ...gatewayRoutes,
  ...identityRoutes,
  ...profileRoutes,
  ...activityRoutes,
  ...exportRoutes,
  getRecordsOfProcessingRoute,
];
