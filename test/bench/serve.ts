import { startSuperviselyServer } from '#demo/server/server.ts';
import { disableIncrementalMarking } from '#shared/disable-incremental-marking.ts';

// As `framefan serve` does.
disableIncrementalMarking();

// Serves a video project from a folder until its parent ends it. Arguments: data folder, project folder, milliseconds
// that each answer comes later. Says where it is, and what it was asked when it is asked for that.
const [dataDir = '', folder = '', delayMs = '0'] = process.argv.slice(2);
const server = await startSuperviselyServer({ dataDir });
const { id } = await server.importVideoProject(folder);
server.setFaults([{ match: '*', share: 1, action: { delayMs: Number(delayMs) } }]);
process.on('message', () => process.send?.({ counters: server.counters() }));
process.on('disconnect', () => process.exit());
process.send?.({ address: server.address, token: server.token, project: id });
