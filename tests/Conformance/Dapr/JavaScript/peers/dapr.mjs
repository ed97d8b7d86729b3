// The SDK is a CommonJS package: its names, for modules.
import dapr from "@dapr/dapr";

export const {
  AbstractActor, ActorId, ActorProxyBuilder, CommunicationProtocolEnum, DaprClient, DaprServer, DaprWorkflowClient, HttpMethod,
  StateConcurrencyEnum, Temporal, WorkflowRuntime, WorkflowRuntimeStatus,
} = dapr;
