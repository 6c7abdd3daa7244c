import { YamlError, yamlDocuments } from "../../yaml/yaml-documents.ts";
import { TextError } from "./text-error.ts";

/** The first document of a text; a kubeconfig has but one. @throws TextError */
export function parseYamlDocument(text: string): unknown {
  try {
    return yamlDocuments(text)[0]?.read() ?? null;
  } catch (error) {
    throw error instanceof YamlError ? new TextError(error.message) : error;
  }
}
