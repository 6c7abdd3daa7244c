/** Why a kubeconfig text cannot be read, in client-go's words; the loader adds the file's name. Never holds values. */
export class TextError extends Error {
  override readonly name = "TextError";
}
