// Entry of the process that reads files: TypeScript is understood here from now on.
import { register } from 'tsx/esm/api';

register();
await import('./reading.ts');
