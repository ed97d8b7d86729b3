// Dapr's JavaScript SDK against a sidecar: node sdk.mjs HTTP_PORT GRPC_PORT APP_PORT APP_ID
import { registerActors, actorScenarios } from "./actors.mjs";
import { apiScenarios, subscribe } from "./api.mjs";
import { DaprServer, CommunicationProtocolEnum } from "./dapr.mjs";
import { quiet, runAll } from "./runner.mjs";
import { startWorker, workflowScenarios } from "./workflows.mjs";

// The workflow part of the SDK has a logger of its own, which writes to standard output: that is the runner's.
console.log = () => {};
console.info = () => {};

const [httpPort, grpcPort, appPort, appId] = process.argv.slice(2);
const http = { daprHost: "127.0.0.1", daprPort: httpPort, communicationProtocol: CommunicationProtocolEnum.HTTP, logger: quiet };
const grpc = { daprHost: "127.0.0.1", daprPort: grpcPort, logger: quiet };

const server = new DaprServer({ serverHost: "127.0.0.1", serverPort: appPort, clientOptions: http, communicationProtocol: CommunicationProtocolEnum.HTTP, logger: quiet });
await registerActors(server);
await subscribe(server);
await server.start();
const worker = await startWorker(grpc);

await actorScenarios(server.client, appPort);
workflowScenarios(grpc);
apiScenarios(server.client, { appId, grpcPort });
await runAll();

await worker.stop();
await server.stop();
process.exit(0);
