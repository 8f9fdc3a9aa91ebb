#!/usr/bin/env node
// The command `framefan`. Plain JavaScript, so that it runs before anything is compiled.
import { register } from 'tsx/esm/api';

// The SDK announces that its releases of 2027 need a newer Node; the pinned one does not.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
register();
await import('./main.ts');
