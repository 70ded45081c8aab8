import { isJson } from '../kit/json-body.ts';

/** How a document is written in a request or an answer. */
export type DocumentFormat = 'json' | 'yaml';

const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/vnd.yaml'];

/** The format that a body's content type names; JSON where there is none, undefined for any other. */
export function formatOfBody(contentType: string | undefined): DocumentFormat | undefined {
  if (contentType === undefined) return 'json';
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (isYaml(mediaType)) return 'yaml';
  return isJson(contentType) ? 'json' : undefined;
}

/** The format that an answer is wanted in: YAML where that is preferred to JSON by name, else JSON. */
export function formatOfAnswer(accept: string | undefined): DocumentFormat {
  const ranges = (accept ?? '').split(',').map((range) => {
    const [mediaType = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { mediaType, weight: weight === undefined ? 1 : Number(weight) };
  });
  const weigh = (fits: (mediaType: string) => boolean) =>
    Math.max(0, ...ranges.filter(({ mediaType }) => fits(mediaType)).map(({ weight }) => weight || 0));
  const yaml = weigh(isYaml);
  return yaml > 0 && yaml >= weigh((mediaType) => mediaType === 'application/json') ? 'yaml' : 'json';
}

function isYaml(mediaType: string): boolean {
  return yamlTypes.includes(mediaType) || mediaType.endsWith('+yaml');
}
