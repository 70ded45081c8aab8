/** A template engine that renders the Jira body of examples/apollo.yaml; undefined where it is not installed. */
export type Peer = { name: string; prepare(view: object): Promise<(() => string) | undefined> };

// The example's body in each engine's own words; a comparison that does not come to the same text is refused.
const bodyWith = (id: string, summary: string, description: string, severity: string) => `{ "fields": {
    "project": { "key": "APO" },
    "issuetype": { "name": "Bug" },
    "summary": "[${id}] ${summary}",
    "description": ${description},
    "labels": ["beta", "${severity}"] } }
`;

/** Text as it stands inside a JSON string. */
const inJsonString = (value: unknown) => JSON.stringify(String(value ?? '')).slice(1, -1);

/** The engines that tags are compared with. */
export const peers: readonly Peer[] = [
  {
    name: 'liquidjs',
    async prepare(view) {
      const module = await ifInstalled(() => import('liquidjs'));
      if (module === undefined) return undefined;
      const engine = new module.Liquid();
      engine.registerFilter('in_json', inJsonString);
      const template = engine.parse(
        bodyWith(
          '{{ ticket.id | in_json }}',
          '{{ field.summary | in_json }}',
          '{{ field.description | json }}',
          '{{ field.severity | in_json }}',
        ),
      );
      return () => String(engine.renderSync(template, view));
    },
  },
  {
    name: 'mustache',
    async prepare(view) {
      const module = await ifInstalled(() => import('mustache'));
      if (module === undefined) return undefined;
      const { default: engine } = module;
      const template = bodyWith('{{ticket.id}}', '{{field.summary}}', '"{{field.description}}"', '{{field.severity}}');
      // It keeps what it has parsed by the template's text.
      return () => engine.render(template, view, undefined, { escape: inJsonString });
    },
  },
];

async function ifInstalled<Module>(load: () => Promise<Module>): Promise<Module | undefined> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
