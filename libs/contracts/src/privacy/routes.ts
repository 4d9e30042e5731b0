import { route } from '../route.js';
import { RecordsOfProcessing } from './records.js';

export const getRecordsOfProcessingRoute = route('getRecordsOfProcessing', {
  owner: 'export',
  tag: 'Privacy',
  access: { kind: 'role', min: 'ADMIN' },
  method: 'GET',
  path: '/privacy/records-of-processing',
  summary: 'What personal data is processed, what for, on which basis, for how long and for whom (Art. 30 GDPR)',
  responses: { 200: RecordsOfProcessing },
});
