import { startSuperviselyServer } from '#demo/server/server.ts';

/** Serves the data folder given as the first argument until the process is killed, and says on stdout where. */
const server = await startSuperviselyServer({ dataDir: process.argv[2] ?? '' });
console.log(JSON.stringify({ address: server.address, token: server.token }));
