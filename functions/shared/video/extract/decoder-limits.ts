/** Decoder memory per pixel, in bytes: about ten pictures of 8 or 10 bits. */
const bytesPerPixel = 52;

/** Memory of the function in MiB; outside Lambda that of fan-out, so that the limits are the same. */
const memory = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 1769);

/** Most pixels of a picture, limited by memory; 35.6 million, which is above 8192 × 4320, with 1,769 MiB. */
export const mostPixels = Math.floor((memory * 1024 * 1024) / bytesPerPixel);

/** Address space of ffmpeg in KiB. More than the memory, since threads reserve more than they use. */
export const addressSpace = (Math.max(memory, 1769) + 2048) * 1024;
