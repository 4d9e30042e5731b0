import { join } from 'node:path';
import { halves } from '../../testing/hostile-pictures.js';
import { createPictureCleaner, type PictureCleaner } from './picture-cleaner.js';

const script = join(__dirname, '../../../dist/avatar/picture/picture-process.js');
let cleaner: PictureCleaner;
let content: Buffer;
const clean = () => cleaner.clean(content, 'image/png');

beforeAll(async () => {
  content = await halves().png().toBuffer();
});
afterEach(() => cleaner.stop());

describe('the process that cleans pictures', () => {
  it('is one for all of them, and those beyond what may wait are refused at once', async () => {
    cleaner = createPictureCleaner({ script, most: 3 });
    const asked = await Promise.allSettled(Array.from({ length: 5 }, clean));
    expect(asked.map(({ status }) => status)).toEqual([...Array<string>(3).fill('fulfilled'), 'rejected', 'rejected']);
    const [, , , refused] = asked as PromiseRejectedResult[];
    expect(refused!.reason).toMatchObject({ status: 503, code: 'avatar-busy', headers: { 'retry-after': '2' } });
    const pid = cleaner.pid();
    await clean();
    expect(cleaner.pid()).toBe(pid);
  });

  it('is ended when a picture takes too long, and another one takes its place', async () => {
    cleaner = createPictureCleaner({ script, limitMs: 2_000 });
    await clean();
    const stuck = cleaner.pid()!;
    process.kill(stuck, 'SIGSTOP');
    const [late, next] = [clean(), clean()];
    await expect(late).rejects.toMatchObject({ status: 400, code: 'picture-too-costly' });
    await expect(next).resolves.toMatchObject({ id: expect.any(String) as string });
    expect(cleaner.pid()).not.toBe(stuck);
    expect(() => process.kill(stuck, 0)).toThrow();
  });

  it('that falls over a picture takes nothing else with it', async () => {
    cleaner = createPictureCleaner({ script });
    await clean();
    const falling = cleaner.pid()!;
    process.kill(falling, 'SIGSTOP');
    const [fell, next] = [clean(), clean()];
    process.kill(falling, 'SIGKILL');
    await expect(fell).rejects.toMatchObject({ status: 400, code: 'picture-too-costly' });
    await expect(next).resolves.toMatchObject({ id: expect.any(String) as string });
  });

  it('that never comes up is no fault of the picture', async () => {
    cleaner = createPictureCleaner({ script: join(__dirname, 'missing.js') });
    await expect(clean()).rejects.toThrow('No process to clean pictures');
  });
});
