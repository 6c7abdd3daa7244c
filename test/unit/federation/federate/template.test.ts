import { describe, expect, it } from "vitest";
import type { UnknownObject } from "../../../../src/kube/objects.ts";
import { annotationKeys, holdsTemplate, templateOf } from "../../../../src/federation/federate/template.ts";

interface Case {
  readonly name: string;
  readonly kind: string;
  readonly source: UnknownObject;
  readonly template: Record<string, unknown>;
}

const jobLabels = {
  "controller-uid": "61e2",
  "job-name": "once",
  "batch.kubernetes.io/controller-uid": "61e2",
  "batch.kubernetes.io/job-name": "once",
};

const cases: readonly Case[] = [
  {
    name: "identity, status and all metadata but labels go",
    kind: "/ConfigMap",
    source: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "web",
        namespace: "demo",
        uid: "1",
        labels: { app: "web" },
        annotations: { note: "hi" },
        finalizers: ["x/y"],
        ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "2" }],
      },
      data: { a: "1" },
      status: { phase: "x" },
    },
    template: { data: { a: "1" }, metadata: { labels: { app: "web" } } },
  },
  {
    name: "no labels, no metadata",
    kind: "/ConfigMap",
    source: { metadata: { name: "web", labels: {} }, data: { a: "1" } },
    template: { data: { a: "1" } },
  },
  {
    name: "the label of KubeFed goes",
    kind: "/ConfigMap",
    source: { metadata: { name: "web", labels: { "kubefed.io/managed": "true", app: "web" } } },
    template: { metadata: { labels: { app: "web" } } },
  },
  {
    name: "Namespace: finalizers in spec",
    kind: "/Namespace",
    source: { metadata: { name: "demo" }, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } },
    template: { spec: {} },
  },
  {
    name: "ServiceAccount: token secrets, not pull secrets",
    kind: "/ServiceAccount",
    source: { metadata: { name: "bot" }, secrets: [{ name: "bot-token-abcde" }], imagePullSecrets: [{ name: "pull" }] },
    template: { imagePullSecrets: [{ name: "pull" }] },
  },
  {
    name: "Service: addresses and node ports",
    kind: "/Service",
    source: {
      metadata: { name: "web" },
      spec: {
        type: "LoadBalancer",
        clusterIP: "10.0.0.7",
        clusterIPs: ["10.0.0.7"],
        healthCheckNodePort: 31234,
        ipFamilies: ["IPv4"],
        ports: [{ name: "http", port: 80, nodePort: 30080 }, "no object"],
      },
    },
    template: {
      spec: { type: "LoadBalancer", ipFamilies: ["IPv4"], ports: [{ name: "http", port: 80 }, "no object"] },
    },
  },
  {
    name: "Service: headless stays headless",
    kind: "/Service",
    source: { metadata: { name: "db" }, spec: { clusterIP: "None", clusterIPs: ["None"] } },
    template: { spec: { clusterIP: "None" } },
  },
  {
    name: "Service of another group: left alone",
    kind: "serving.example.com/Service",
    source: { metadata: { name: "web" }, spec: { clusterIP: "10.0.0.7", ports: [{ nodePort: 1 }] } },
    template: { spec: { clusterIP: "10.0.0.7", ports: [{ nodePort: 1 }] } },
  },
  {
    name: "Job: selector and controller labels",
    kind: "batch/Job",
    source: {
      metadata: { name: "once", labels: jobLabels },
      spec: {
        parallelism: 1,
        selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "61e2" } },
        template: { metadata: { labels: jobLabels }, spec: { restartPolicy: "Never" } },
      },
    },
    template: { spec: { parallelism: 1, template: { spec: { restartPolicy: "Never" } } } },
  },
  {
    name: "Job: labels of its own stay",
    kind: "batch/Job",
    source: {
      metadata: { name: "once", labels: { ...jobLabels, app: "x" } },
      spec: { template: { metadata: { labels: { ...jobLabels, app: "x" } } } },
    },
    template: { metadata: { labels: { app: "x" } }, spec: { template: { metadata: { labels: { app: "x" } } } } },
  },
  {
    name: "Job: a selector of the user's stays",
    kind: "batch/Job",
    source: {
      metadata: { name: "once" },
      spec: {
        manualSelector: true,
        selector: { matchLabels: { "job-name": "mine" } },
        template: { metadata: { labels: { "job-name": "mine" } } },
      },
    },
    template: {
      spec: {
        manualSelector: true,
        selector: { matchLabels: { "job-name": "mine" } },
        template: { metadata: { labels: { "job-name": "mine" } } },
      },
    },
  },
  {
    name: "PersistentVolumeClaim: the bound volume",
    kind: "/PersistentVolumeClaim",
    source: { metadata: { name: "data" }, spec: { volumeName: "pvc-1", accessModes: ["ReadWriteOnce"] } },
    template: { spec: { accessModes: ["ReadWriteOnce"] } },
  },
  {
    name: "PersistentVolume: the identity of its claim",
    kind: "/PersistentVolume",
    source: {
      metadata: { name: "v" },
      spec: { claimRef: { namespace: "demo", name: "data", uid: "1", resourceVersion: "2" } },
    },
    template: { spec: { claimRef: { namespace: "demo", name: "data" } } },
  },
  {
    name: "Pod: node and token volume",
    kind: "/Pod",
    source: {
      metadata: { name: "p" },
      spec: {
        nodeName: "node-1",
        volumes: [{ name: "kube-api-access-4jgtc", projected: {} }, { name: "data" }],
        containers: [
          { name: "a", volumeMounts: [{ name: "kube-api-access-4jgtc" }] },
          { name: "b", volumeMounts: [{ name: "data" }, { name: "kube-api-access-4jgtc" }] },
        ],
        initContainers: [{ name: "i", volumeMounts: [{ name: "kube-api-access-4jgtc" }] }],
      },
    },
    template: {
      spec: {
        volumes: [{ name: "data" }],
        containers: [{ name: "a" }, { name: "b", volumeMounts: [{ name: "data" }] }],
        initContainers: [{ name: "i" }],
      },
    },
  },
  {
    name: "Secret: its type stays",
    kind: "/Secret",
    source: { metadata: { name: "pw" }, type: "Opaque", data: { p: "dw==" } },
    template: { type: "Opaque", data: { p: "dw==" } },
  },
];

const kindOf = (name: string) => {
  const [group = "", kind = ""] = name.split("/");
  return { group, kind };
};

describe("templateOf", () => {
  it.each(cases)("$name", ({ kind, source, template }) => {
    const before = structuredClone(source);
    expect(templateOf(source, kindOf(kind))).toEqual(template);
    expect(source).toEqual(before);
  });
});

describe("annotationKeys", () => {
  it("gives keys in order and no values", () => {
    const source: UnknownObject = { metadata: { annotations: { b: "secret", a: "secret" } } };
    expect(annotationKeys(source)).toEqual(["a", "b"]);
  });

  it("leaves out what controllers of one cluster note for themselves", () => {
    const annotations = {
      "kubectl.kubernetes.io/last-applied-configuration": "{}",
      "pv.kubernetes.io/bind-completed": "yes",
      "volume.kubernetes.io/storage-provisioner": "csi.example.com",
      owner: "shop",
    };
    expect(annotationKeys({ metadata: { annotations } })).toEqual(["owner"]);
  });
});

describe("holdsTemplate", () => {
  const deployment = { group: "apps", kind: "Deployment" };
  const template = { spec: { replicas: 2, paused: false } };

  it.each([
    {
      name: "equal, fields in another order",
      spec: { template: { spec: { paused: false, replicas: 2 } } },
      holds: true,
    },
    { name: "another value", spec: { template: { spec: { paused: true, replicas: 2 } } }, holds: false },
    { name: "a field more", spec: { template: { spec: { paused: false, replicas: 2, x: 1 } } }, holds: false },
    { name: "a field less", spec: { template: { spec: { replicas: 2 } } }, holds: false },
    { name: "no template", spec: {}, holds: false },
    { name: "other replicas", spec: { template: { spec: { replicas: 3, paused: false } } }, holds: false },
    {
      name: "other replicas that the members own",
      spec: { retainReplicas: true, template: { spec: { replicas: 3, paused: false } } },
      holds: true,
    },
    {
      name: "placement and overrides of the user's",
      spec: {
        template,
        placement: { clusters: [{ name: "earth" }] },
        overrides: [{ clusterName: "earth", clusterOverrides: [{ path: "/spec/replicas", value: 9 }] }],
      },
      holds: true,
    },
  ])("$name: $holds", ({ spec, holds }) => {
    expect(holdsTemplate(spec, template, deployment)).toBe(holds);
  });

  it("sees no difference in what kubefedctl would have kept", () => {
    const made = { template: { spec: { clusterIP: "None", healthCheckNodePort: 31000, ports: [{ port: 80 }] } } };
    const wanted = { spec: { clusterIP: "None", ports: [{ port: 80 }] } };
    expect(holdsTemplate(made, wanted, { group: "", kind: "Service" })).toBe(true);
  });
});
