// Samples a video project with the library, as a program would that has the package installed.
// Arguments: server address, token, project id, JSON of its settings. The last line is JSON: {"frames", "seconds"}.
import { SuperviselyClient, sampleVideoProject } from 'framefan';

const [server, token, project, settings] = process.argv.slice(2);
const start = performance.now();
const client = new SuperviselyClient(server, token);
const result = await sampleVideoProject(client, Number(project), JSON.parse(settings));
if (result.faultCount > 0) throw new Error(result.faults[0].message);
console.log(JSON.stringify({ frames: result.framesUploaded, seconds: (performance.now() - start) / 1000 }));
