import { devMailRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import { readMailFolder } from './mail-folder.js';

/** The development mail box; mounted only where DEV_MAIL is on. */
export const devMail = (folder: string) =>
  mount(devMailRoute, async ({ query }) => ({
    status: 200,
    body: { data: await readMailFolder(folder, query.to) },
  }));
