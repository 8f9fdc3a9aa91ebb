import { startSuperviselyServer } from '#demo/server/server.ts';
import { disableIncrementalMarking } from '#shared/disable-incremental-marking.ts';

// As `framefan serve` does.
disableIncrementalMarking();

// Serves a video project from a folder until its parent ends it. Arguments: data folder, project folder. Says where it is,
// and what it was asked when it is asked for that.
const [dataDir = '', folder = ''] = process.argv.slice(2);
const server = await startSuperviselyServer({ dataDir });
const { id } = await server.importVideoProject(folder);
process.on('message', () => process.send?.({ counters: server.counters() }));
process.on('disconnect', () => process.exit());
process.send?.({ address: server.address, token: server.token, project: id });
