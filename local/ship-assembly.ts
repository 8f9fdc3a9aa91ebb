import { shipAssembly } from './synthesize.ts';

await shipAssembly();
