/** What the AWS SDK prints on a Node that it will not support for long. */
export const versionWarning = /NodeVersionSupport|January 2027/;
