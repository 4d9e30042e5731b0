/** Things of the account under attack, whose ids a stranger puts into paths. */
export const things = [
  ...([
    'account',
    'user',
    'session',
    'device',
    'role',
    'invitation',
    'key',
    'elevation',
    'export',
    'import',
    'entry',
  ] as const),
  ...([
    'passkey',
    'provider',
    'verification',
    'document',
    'avatar',
    'picture',
    'parked',
    'feedback',
    'erasure',
    'schedule',
  ] as const),
];
export type Thing = (typeof things)[number];

export interface ForeignIds {
  /** Which thing each path parameter names. */
  params: Readonly<Record<string, Thing>>;
  /** What an ADMIN of another account gets: 404 as for an id of nobody; 403 where the path names the account itself. */
  answer: 403 | 404;
  /** A body that would be taken if the id were their own; so nothing but the id can be what is refused. */
  body?: object;
  /** A query that would be taken, where there has to be one. */
  query?: string;
}

const account = (params: Record<string, Thing> = {}, body?: object): ForeignIds => ({
  ...{ params: { id: 'account', ...params }, answer: 403 },
  ...(body && { body }),
});
const one = (name: string, thing: Thing, body?: object): ForeignIds => ({
  ...{ params: { [name]: thing }, answer: 404 },
  ...(body && { body }),
});
const policies = {
  ...{ session_limit: null, mfa_required: false, allowed_issuers: null },
  ...{ auto_join_role: null, session_max_hours: null },
};
const settings = { name: 'Taken over', slug: 'taken-over', domain: null, policies };
const role = { name: 'Taken over', permissions: [] };

/** Every operation with an id in its path. One that is missing here fails the matrix. */
export const foreignIds: Readonly<Record<string, ForeignIds>> = {
  getAccount: account(),
  updateAccount: account({}, settings),
  closeAccount: account(),
  restoreAccount: one('id', 'account'),
  getAccountPreferences: account(),
  replaceAccountPreferences: account({}, {}),
  patchAccountPreferences: account({}, { theme: { mode: 'dark' } }),
  listMembers: account(),
  changeMember: account({ user_id: 'user' }, { role: 'EDITOR' }),
  endMembership: account({ user_id: 'user' }),
  listInvitations: account(),
  createInvitation: account({}, { email: 'matrix@globex.test' }),
  revokeInvitation: account({ invitation_id: 'invitation' }),
  getUser: one('id', 'user'),
  replaceUser: one('id', 'user', { name: 'Taken Over', profile_image: null, status: 'active' }),
  patchUser: one('id', 'user', { name: 'Taken Over' }),
  deleteUser: one('id', 'user'),
  restoreUser: one('id', 'user'),
  disableUser: one('id', 'user', {}),
  enableUser: one('id', 'user'),
  explainPermissions: one('user_id', 'user'),
  getRole: one('role_id', 'role'),
  changeRole: one('role_id', 'role', role),
  deleteRole: one('role_id', 'role'),
  listRoleMembers: one('role_id', 'role'),
  listHeldRoles: one('user_id', 'user'),
  grantRole: one('user_id', 'user', { role_id: 'VIEWER' }),
  revokeRole: { params: { user_id: 'user', role_id: 'role' }, answer: 404 },
  getApiKey: one('id', 'key'),
  rotateApiKey: one('id', 'key', {}),
  revokeApiKey: one('id', 'key'),
  endElevation: one('id', 'elevation'),
  terminateSession: one('session_id', 'session'),
  getDevice: one('device_id', 'device'),
  changeDevice: one('device_id', 'device', { name: 'Taken over' }),
  removeDevice: one('device_id', 'device'),
  removePasskey: one('id', 'passkey'),
  unlinkProvider: one('provider_id', 'provider'),
  getMemberProfile: one('user_id', 'user'),
  getPublicProfile: { params: { account_id: 'account', user_id: 'user' }, answer: 404 },
  getMemberAvatar: one('user_id', 'user'),
  getSignedAvatar: {
    params: { account_id: 'account', user_id: 'user', avatar_id: 'avatar', file: 'picture' },
    ...{ answer: 404, query: `?expires=4102444800&signature=${'A'.repeat(43)}` },
  },
  removeVerificationDocument: one('document_id', 'document'),
  getVerification: one('verification_id', 'verification'),
  downloadVerificationDocument: { params: { verification_id: 'verification', document_id: 'document' }, answer: 404 },
  decideVerification: one('verification_id', 'verification', { decision: 'approved' }),
  withdrawFeedback: one('feedback_id', 'feedback'),
  getAuditLog: one('id', 'entry'),
  getAuditProof: one('id', 'entry'),
  getRetention: account(),
  replaceRetention: account({}, { days: { activity: 1 } }),
  getParked: { params: { parked_id: 'parked' }, answer: 403 },
  retryParked: { params: { parked_id: 'parked' }, answer: 403, body: {} },
  getErasure: one('erasure_id', 'erasure'),
  downloadErasureCertificate: one('erasure_id', 'erasure'),
  cancelErasure: one('erasure_id', 'erasure'),
  getStanding: one('user_id', 'user'),
  placeLegalHold: one('user_id', 'user', { reason: 'Proceedings' }),
  releaseLegalHold: one('user_id', 'user'),
  restrictProcessing: one('user_id', 'user', { reason: 'Accuracy is contested' }),
  liftRestriction: one('user_id', 'user'),
  getExport: one('export_id', 'export'),
  followExport: one('export_id', 'export'),
  downloadExport: one('export_id', 'export'),
  cancelExport: one('export_id', 'export'),
  getImport: one('import_id', 'import'),
  followImport: one('import_id', 'import'),
  listImportErrors: one('import_id', 'import'),
  downloadImportErrors: one('import_id', 'import'),
  cancelImport: one('import_id', 'import'),
  getExportSchedule: one('schedule_id', 'schedule'),
  deleteExportSchedule: one('schedule_id', 'schedule'),
};
