import type { SnippetRequest } from './snippet-request.ts';
import { writeCurl } from './write-curl.ts';
import { writeJavaScript } from './write-javascript.ts';
import { writeKotlin } from './write-kotlin.ts';
import { writeSwift } from './write-swift.ts';

/** Code that sends one report, by language. */
export type Snippets = { curl: string; javascript: string; swift: string; kotlin: string };

/** Writes the same call in every language. */
export function writeSnippets(request: SnippetRequest): Snippets {
  return {
    curl: writeCurl(request),
    javascript: writeJavaScript(request),
    swift: writeSwift(request),
    kotlin: writeKotlin(request),
  };
}
