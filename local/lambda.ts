import { type FunctionDefinition, type Instance, type Invocation, startInstance } from './lambda-instance.ts';

// Two instances per function keep two cores busy; more would only take memory (25 to 38 MB each).
const maxInstances = 2;
const idleMs = 60_000;

/** A function that can be invoked: instances are started as events come, at most two, and ended when idle. */
export type Lambda = {
  name: string;
  invoke: (event: unknown) => Promise<Invocation>;
  /** Starts an instance ahead of the first event. */
  warm: () => void;
  stop: () => Promise<void>;
};

type Waiting = { event: unknown; answer: (invocation: Invocation) => void };

/** Makes a function invocable; each line that it prints goes to `print`, and so does each failure. */
export function createLambda(definition: FunctionDefinition, print: (line: string) => void): Lambda {
  const instances = new Set<Instance>();
  const idle = new Map<Instance, NodeJS.Timeout>();
  const waiting: Waiting[] = [];
  let stopped = false;

  const rest = (instance: Instance) => {
    const timer = setTimeout(() => {
      idle.delete(instance);
      void instance.stop();
    }, idleMs);
    timer.unref();
    idle.set(instance, timer);
  };
  const start = () => {
    const instance = startInstance(definition, print);
    instances.add(instance);
    void instance.gone.then(() => {
      instances.delete(instance);
      clearTimeout(idle.get(instance));
      idle.delete(instance);
      next();
    });
    return instance;
  };
  const take = (): Instance | undefined => {
    // The one that rested last: the others then become idle enough to end.
    const resting = [...idle.keys()].at(-1);
    if (resting === undefined) return instances.size < maxInstances ? start() : undefined;
    clearTimeout(idle.get(resting));
    idle.delete(resting);
    return resting;
  };
  const run = async (instance: Instance, { event, answer }: Waiting) => {
    const invocation = await instance.handle(event);
    if (invocation.outcome === 'failed' && !stopped) print(failureLine(definition.functionName, invocation.error));
    answer(invocation);
    if (instances.has(instance)) rest(instance);
    next();
  };
  const next = () => {
    if (stopped) return;
    const instance = waiting.length > 0 ? take() : undefined;
    const job = instance === undefined ? undefined : waiting.shift();
    if (instance !== undefined && job !== undefined) void run(instance, job);
  };

  return {
    name: definition.functionName,
    invoke: (event) =>
      new Promise((answer) => {
        if (stopped) return answer({ outcome: 'failed', error: 'The local stack is stopping.' });
        waiting.push({ event, answer });
        next();
      }),
    warm: () => {
      if (instances.size === 0 && !stopped) rest(start());
    },
    stop: async () => {
      stopped = true;
      for (const { answer } of waiting.splice(0)) answer({ outcome: 'failed', error: 'The local stack is stopping.' });
      await Promise.all([...instances].map((instance) => instance.stop()));
    },
  };
}

function failureLine(functionName: string, error: string): string {
  return JSON.stringify({
    level: 'ERROR',
    timestamp: new Date().toISOString(),
    function: functionName,
    message: error,
  });
}
