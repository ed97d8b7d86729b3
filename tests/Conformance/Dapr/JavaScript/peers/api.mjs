// The other building blocks through Dapr's JavaScript client over HTTP, and its health check over gRPC.
import assert from "node:assert/strict";
import { CommunicationProtocolEnum, DaprClient, HttpMethod } from "./dapr.mjs";
import { eventually, newId, quiet, scenario } from "./runner.mjs";

const received = [];

/** What the app listens to. */
export async function subscribe(server) {
  await server.pubsub.subscribe("pubsub", "js-topic", async (data) => {
    received.push(data);
  });
  await server.invoker.listen("js-method", async ({ body }) => ({ got: JSON.parse(body) }), { method: HttpMethod.POST });
}

/** What the building blocks have to do. */
export function apiScenarios(client, { appId, grpcPort }) {
  const store = "statestore";

  scenario("state is saved, read, read in bulk and deleted", async () => {
    const [a, b] = [newId("key"), newId("key")];
    assert.deepEqual(await client.state.save(store, [{ key: a, value: { size: 1 } }, { key: b, value: "text" }]), {});
    assert.deepEqual(await client.state.get(store, a), { size: 1 });
    const bulk = await client.state.getBulk(store, [a, b]);
    assert.deepEqual(bulk.map((item) => item.data), [{ size: 1 }, "text"]);
    assert.deepEqual(await client.state.delete(store, a), {});
    assert.equal(await client.state.get(store, a), "");
  });

  scenario("state changes in a transaction", async () => {
    const [a, b] = [newId("key"), newId("key")];
    await client.state.save(store, [{ key: a, value: 1 }]);
    await client.state.transaction(store, [
      { operation: "upsert", request: { key: b, value: 2 } },
      { operation: "delete", request: { key: a } },
    ]);
    assert.equal(await client.state.get(store, a), "");
    assert.equal(await client.state.get(store, b), 2);
  });

  scenario("state with a wrong ETag is refused", async () => {
    const key = newId("key");
    await client.state.save(store, [{ key, value: 1 }]);
    const refused = await client.state.save(store, [{ key, value: 2, etag: "99999", options: { concurrency: 1 } }]);
    assert.ok(refused.error);
    assert.equal(await client.state.get(store, key), 1);
  });

  scenario("messages reach their subscriber", async () => {
    const order = newId("order");
    assert.deepEqual(await client.pubsub.publish("pubsub", "js-topic", { order }), {});
    await eventually(async () => received, (messages) => messages.some((message) => message.order === order), "the message came");
  });

  scenario("messages in bulk reach their subscriber", async () => {
    const orders = [newId("order"), newId("order")];
    assert.deepEqual((await client.pubsub.publishBulk("pubsub", "js-topic", orders.map((order) => ({ order })))).failedMessages, []);
    await eventually(async () => received, (messages) => orders.every((order) => messages.some((message) => message.order === order)), "both messages came");
  });

  scenario("service invocation calls an app", async () => {
    assert.deepEqual(await client.invoker.invoke(appId, "js-method", HttpMethod.POST, { a: 1 }), { got: { a: 1 } });
  });

  scenario("secrets are read", async () => {
    assert.deepEqual(await client.secret.get("secretstore", "CONFORMANCE_SECRET"), { CONFORMANCE_SECRET: "hidden" });
  });

  scenario("metadata names the app and takes what is set", async () => {
    const value = newId("value");
    await client.metadata.set("colour", value);
    const metadata = await client.metadata.get();
    assert.equal(metadata.id, appId);
    assert.equal(metadata.extended.colour, value);
  });

  scenario("sidecar is healthy over HTTP", async () => assert.equal(await client.health.isHealthy(), true));

  scenario("sidecar is healthy over gRPC", async () => {
    const grpc = new DaprClient({ daprHost: "127.0.0.1", daprPort: grpcPort, communicationProtocol: CommunicationProtocolEnum.GRPC, logger: quiet });
    assert.equal(await grpc.health.isHealthy(), true);
    await grpc.stop();
  });

  scenario("workflows are managed over HTTP", async () => {
    const id = newId("workflow");
    assert.equal(await client.workflow.scheduleNewWorkflow("jsApproval", undefined, id), id);
    await eventually(() => client.workflow.getWorkflowState(id), (state) => state.runtimeStatus === "RUNNING", "it runs");
    await client.workflow.pause(id);
    await eventually(() => client.workflow.getWorkflowState(id), (state) => state.runtimeStatus === "SUSPENDED", "it is suspended");
    await client.workflow.resume(id);
    await client.workflow.raiseEvent(id, "approved", { by: "HTTP" });
    const state = await eventually(() => client.workflow.getWorkflowState(id), (found) => found.runtimeStatus === "COMPLETED", "it completed");
    assert.equal(state.workflowName, "jsApproval");
    await client.workflow.purge(id);
  });
}
