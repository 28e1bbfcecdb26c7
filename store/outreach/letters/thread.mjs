// Entry of the thread that puts letters into words: TypeScript is understood here from now on.
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
