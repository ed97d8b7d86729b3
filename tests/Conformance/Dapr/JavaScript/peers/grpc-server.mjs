// A tiny workflow service on grpc-js that gives one workflow and its activity to a worker: node grpc-server.mjs PROTO_FOLDER
// Prints {"port": N} when it listens, then a line of JSON for every answer of the worker; ends when standard input does.
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const [protos] = process.argv.slice(2);
const definition = protoLoader.loadSync("workflow_service.proto", { includeDirs: [protos], keepCase: true, longs: Number, enums: String, defaults: false, oneofs: true });
const { TaskHubSidecarService } = grpc.loadPackageDefinition(definition);

const instances = new Map();
const streams = new Set();
const waiting = [];
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const now = () => ({ seconds: Math.floor(Date.now() / 1000), nanos: 0 });
const event = (fields) => ({ eventId: -1, timestamp: now(), ...fields });

function send(item) {
  const [stream] = streams;
  if (stream) {
    stream.write(item);
  } else {
    waiting.push(item);
  }
}

function turn(instance, events) {
  const fresh = [event({ workflowStarted: {} }), ...events];
  send({ workflowRequest: { instanceId: instance.id, pastEvents: instance.history, newEvents: fresh }, completionToken: `turn-${instance.id}` });
  instance.history = [...instance.history, ...fresh];
}

const state = (instance) => ({
  exists: true,
  workflowState: { instanceId: instance.id, name: instance.name, workflowStatus: instance.status, input: instance.input, output: instance.output, createdTimestamp: now(), lastUpdatedTimestamp: now() },
});

const service = {
  Hello: (_call, reply) => reply(null, {}),
  StartInstance(call, reply) {
    const { instanceId: id, name, input } = call.request;
    const token = call.metadata.get("dapr-api-token")[0];
    say({ started: name, token });
    const instance = { id, name, input, history: [], status: "ORCHESTRATION_STATUS_RUNNING", output: null };
    instances.set(id, instance);
    turn(instance, [event({ executionStarted: { name, input, workflowInstance: { instanceId: id } } })]);
    reply(null, { instanceId: id });
  },
  GetInstance(call, reply) {
    const instance = instances.get(call.request.instanceId);
    reply(null, instance ? state(instance) : { exists: false });
  },
  WaitForInstanceCompletion(call, reply) {
    const instance = instances.get(call.request.instanceId);
    if (instance.output !== null) {
      reply(null, state(instance));
    } else {
      instance.ended = () => reply(null, state(instance));
    }
  },
  RaiseEvent: (_call, reply) => reply({ code: grpc.status.UNKNOWN, details: "no such instance exists" }),
  GetWorkItems(call) {
    streams.add(call);
    call.on("cancelled", () => streams.delete(call));
    waiting.splice(0).forEach((item) => call.write(item));
  },
  CompleteActivityTask(call, reply) {
    const { instanceId, taskId, result, completionToken } = call.request;
    say({ activity: taskId ?? 0, result: result?.value, token: completionToken });
    reply(null, {});
    turn(instances.get(instanceId), [event({ taskCompleted: { taskScheduledId: taskId ?? 0, result } })]);
  },
  CompleteOrchestratorTask(call, reply) {
    reply(null, {});
    const instance = instances.get(call.request.instanceId);
    say({ turn: (call.request.actions ?? []).map((action) => action.workflowActionType), token: call.request.completionToken });
    for (const action of call.request.actions ?? []) {
      if (action.scheduleTask) {
        instance.history.push({ eventId: action.id ?? 0, timestamp: now(), taskScheduled: { name: action.scheduleTask.name, input: action.scheduleTask.input } });
        send({
          activityRequest: { name: action.scheduleTask.name, input: action.scheduleTask.input, taskId: action.id ?? 0, taskExecutionId: action.scheduleTask.taskExecutionId, workflowInstance: { instanceId: instance.id } },
          completionToken: `task-${instance.id}`,
        });
      } else if (action.completeWorkflow) {
        instance.status = action.completeWorkflow.workflowStatus;
        instance.output = action.completeWorkflow.result;
        instance.ended?.();
      }
    }
  },
};
service.CompleteWorkflowTask = service.CompleteOrchestratorTask;

const server = new grpc.Server();
server.addService(TaskHubSidecarService.service, service);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  say({ port });
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
