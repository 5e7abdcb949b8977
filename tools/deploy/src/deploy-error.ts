/** What stops a command, told in a sentence for the person who typed it. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}
