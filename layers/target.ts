/** Platform of a layer, with Node's names; glibc is assumed on Linux, as on Lambda. */
export type Target = { platform: string; arch: string };

export const hostTarget: Target = { platform: process.platform, arch: process.arch };
