import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { expect } from 'chai';
import { Deployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { parse } from 'yaml';

const read = async (file: string): Promise<never> =>
  parse(await readFile(new URL(`../../../deploy/kubernetes/${file}`, import.meta.url), 'utf8')) as never;

describe('the Kubernetes manifests', () => {
  it('follow the schemas of Kubernetes and KEDA', async () => {
    new Deployment(await read('worker.yaml')).validate();
    new PodDisruptionBudget(await read('pod-disruption-budget.yaml')).validate();
    new ScaledObject(await read('scaled-object.yaml')).validate();
  });

  it('are refused by them when something is misspelt', async () => {
    const { spec, ...manifest } = (await read('worker.yaml')) as { readonly spec: { readonly template: object } };
    const { template, ...withoutTemplate } = spec;
    const misspelt = { ...manifest, spec: { ...withoutTemplate, templat: template } };
    expect(() => new Deployment(misspelt as never).validate()).to.throw('required property template');
  });

  it('give a pod longer to end than its workers take to drain and hang up', async () => {
    const { spec } = new Deployment(await read('worker.yaml'));
    const pod = spec?.template.spec;
    const [worker] = pod?.containers ?? [];
    assert(pod && worker);
    const drainMs = Number(worker.env?.find(({ name }) => name === 'ACKTOR_DRAIN_MS')?.value);
    const pauseS = Number(worker.lifecycle?.preStop?.exec?.command?.at(-1));
    expect(pod.terminationGracePeriodSeconds).to.be.at.least(drainMs / 1_000 + pauseS + SUPERVISOR_MARGIN_S);
  });

  it('scale by as many consumers as a pod has', async () => {
    const { spec: scaled } = new ScaledObject(await read('scaled-object.yaml'));
    const { spec } = new Deployment(await read('worker.yaml'));
    const [worker] = spec?.template.spec?.containers ?? [];
    const args = worker?.args ?? [];
    const perProcess = args[args.indexOf('--consumers') + 1];
    const processes = worker?.env?.find(({ name }) => name === 'ACKTOR_PROCESSES')?.value;
    expect(scaled.triggers[0]?.metadata['threshold']).to.equal(String(Number(perProcess) * Number(processes)));
  });
});

/** How long a supervisor waits for a worker that has drained, before it kills it. */
const SUPERVISOR_MARGIN_S = 10;
