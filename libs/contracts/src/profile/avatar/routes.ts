import type { Route } from '../../route.js';

export const avatarRoutes: readonly Route[] = [];
