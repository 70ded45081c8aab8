import * as z from 'zod';

const Code = z.string().describe('Keys and secrets are environment variables, named in its comments.');

/** Code that sends one report to a source. */
export const SourceSnippets = z
  .object({
    source: z.string(),
    url: z.string(),
    body: z.record(z.string(), z.unknown()).describe('The report: a valid value for each parameter that is mapped.'),
    notes: z.array(z.string()).describe('What is to be known of it.'),
    snippets: z.object({
      curl: Code,
      javascript: Code.describe('`fetch`, for Node 18 and later.'),
      swift: Code.describe('`URLSession`, for Swift 5.7 and later.'),
      kotlin: Code.describe('`HttpURLConnection`, for the JVM and Android.'),
    }),
  })
  .meta({ id: 'SourceSnippets' });
