// Entry of `npm start`. Plain and old JavaScript until the version of Node is known to be right.
import { run } from './run.mjs';

run('stack/main.ts', { en: 'Duecourse is starting …', zh: 'Duecourse 正在启动 …' });
