/**
 * Keeps the AWS SDK from announcing, on Node 20, that its releases of 2027 need Node 22: the pinned one does not. Functions
 * get this variable here only, since the deployed ones run on a newer Node.
 */
export const withoutVersionWarning = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
