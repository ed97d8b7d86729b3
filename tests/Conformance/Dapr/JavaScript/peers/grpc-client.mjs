// grpc-js, without any SDK, as a client of the sidecar's workflow service: node grpc-client.mjs GRPC_PORT TOKEN PROTO_FOLDER MAX_BYTES
import assert from "node:assert/strict";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import { runAll, scenario } from "./runner.mjs";

const [port, token, protos, maxBytes] = process.argv.slice(2);
const definition = protoLoader.loadSync("workflow_service.proto", { includeDirs: [protos], keepCase: true, longs: String, enums: String, defaults: false, oneofs: true });
const { TaskHubSidecarService } = grpc.loadPackageDefinition(definition);
const client = new TaskHubSidecarService(`127.0.0.1:${port}`, grpc.credentials.createInsecure());

function withToken(value = token) {
  const metadata = new grpc.Metadata();
  metadata.set("dapr-api-token", value);
  return metadata;
}

function call(method, request, metadata = withToken(), options = {}) {
  return new Promise((resolve, reject) => {
    client[method](request, metadata, options, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

async function fails(promise, code) {
  const error = await promise.then(() => null, (failure) => failure);
  assert.ok(error, "the call succeeded");
  assert.equal(grpc.status[error.code], grpc.status[code], error.message);
}

scenario("unary call answers", async () => {
  await call("Hello", {});
  assert.equal((await call("StartInstance", { instanceId: "js-grpc", name: "Nobody" })).instanceId, "js-grpc");
  const state = await call("GetInstance", { instanceId: "js-grpc", getInputsAndOutputs: true });
  assert.equal(state.exists, true);
  assert.equal(state.workflowState.name, "Nobody");
});

scenario("deadline ends a call that waits", async () => {
  await call("StartInstance", { instanceId: "js-deadline", name: "Nobody" });
  await fails(call("WaitForInstanceCompletion", { instanceId: "js-deadline" }, withToken(), { deadline: Date.now() + 300 }), grpc.status.DEADLINE_EXCEEDED);
});

scenario("cancellation ends a stream", async () => {
  const stream = client.GetWorkItems({}, withToken());
  const error = new Promise((resolve) => stream.on("error", resolve));
  const item = new Promise((resolve) => stream.once("data", resolve));
  await call("StartInstance", { instanceId: "js-stream", name: "Nobody" });
  assert.ok((await item).workflowRequest.instanceId);
  stream.cancel();
  assert.equal((await error).code, grpc.status.CANCELLED);
  await call("Hello", {});
});

scenario("message over the limit is refused", async () => {
  const value = "x".repeat(Number(maxBytes) + 1024);
  await fails(call("StartInstance", { instanceId: "js-large", name: "Nobody", input: { value } }), grpc.status.RESOURCE_EXHAUSTED);
  await call("Hello", {});
});

scenario("call without the token is refused", async () => {
  await fails(call("Hello", {}, new grpc.Metadata()), grpc.status.UNAUTHENTICATED);
  await fails(call("Hello", {}, withToken("wrong")), grpc.status.UNAUTHENTICATED);
});

scenario("method that is not there is unimplemented", async () => {
  const call = new Promise((resolve, reject) => {
    client.makeUnaryRequest("/TaskHubSidecarService/NoSuchMethod", (value) => value, (value) => value, Buffer.alloc(0), withToken(), (error) => (error ? reject(error) : resolve()));
  });
  await fails(call, grpc.status.UNIMPLEMENTED);
});

scenario("error carries its text", async () => {
  const error = await call("RaiseEvent", { instanceId: "js-nobody", name: "x" }).then(() => null, (failure) => failure);
  assert.match(error.details, /no such instance exists/);
});

await runAll();
client.close();
