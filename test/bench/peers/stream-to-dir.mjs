// Frames of a video on a server to image files with the library's `streamVideoFramesToDir`.
// Arguments: server address, token, video id, folder, ending, chroma of jpg. The last line is JSON: {"frames", "seconds"}.
import { SuperviselyClient, streamVideoFramesToDir } from 'framefan';

const [server, token, video, folder, ext, chroma] = process.argv.slice(2);
const start = performance.now();
const client = new SuperviselyClient(server, token);
const files = await streamVideoFramesToDir(client, Number(video), folder, {
	ext,
	...(chroma ? { chroma: Number(chroma) } : {}),
});
console.log(JSON.stringify({ frames: files.length, seconds: (performance.now() - start) / 1000 }));
