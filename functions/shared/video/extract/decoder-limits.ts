/** Bytes that a decoder takes for a pixel of its pictures: some ten of them in memory, with 8 or 10 bits. */
const bytesPerPixel = 52;

/** Megabytes that a function has; elsewhere those of the function that makes indexes, so that the limits are the same. */
const memory = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 1769);

/** Pixels that a picture may have, by the memory there is; 35.6 million, which is above 8192 × 4320, with 1,769 MB. */
export const mostPixels = Math.floor((memory * 1024 * 1024) / bytesPerPixel);

/** Kilobytes of address space for ffmpeg. Threads reserve more than they use, hence the part that is added. */
export const addressSpace = (Math.max(memory, 1769) + 2048) * 1024;
