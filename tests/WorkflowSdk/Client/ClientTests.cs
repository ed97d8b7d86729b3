using System.Net;
using Dapr.Protocol;
using Dapr.Workflow;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using State = Dapr.Protocol.WorkflowState;

namespace Serverless.WorkflowSdk.Tests.Client;

public sealed class ClientTests : IAsyncLifetime
{
    private readonly Recorder recorder = new();
    private WebApplication? app;
    private DaprWorkflowClient? client;

    private DaprWorkflowClient Client => client!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(recorder);
        app = builder.Build();
        app.MapGrpcService<Recorder>();
        await app.StartAsync();
        client = Build();
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        await app!.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Starting_sends_name_id_input_and_time_and_makes_an_id_when_there_is_none()
    {
        var start = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(1));
        (await Client.ScheduleNewWorkflowAsync("W", "id", new { Value = 1 }, start)).ShouldBe("id");
        var sent = recorder.Last<CreateInstanceRequest>();
        (sent.Name, sent.InstanceId, sent.Input, sent.ScheduledStartTimestamp.ToDateTimeOffset()).ShouldBe(("W", "id", "{\"value\":1}", start));
        Guid.TryParse(await Client.ScheduleNewWorkflowAsync("W"), out _).ShouldBeTrue();
        recorder.Last<CreateInstanceRequest>().ScheduledStartTimestamp.ShouldBeNull();
        recorder.Last<CreateInstanceRequest>().Input.ShouldBe("");
        await Should.ThrowAsync<ArgumentException>(() => Client.ScheduleNewWorkflowAsync(""));
    }

    [Fact]
    public async Task A_state_is_read_and_one_that_is_missing_says_so()
    {
        recorder.Get = _ => Existing(OrchestrationStatus.Completed);
        var state = await Client.GetWorkflowStateAsync("id");
        (state.Exists, state.WorkflowName, state.RuntimeStatus, state.IsWorkflowCompleted).ShouldBe((true, "W", WorkflowRuntimeStatus.Completed, true));
        (state.ReadInputAs<int>(), state.ReadOutputAs<int>(), state.ReadCustomStatusAs<string>()).ShouldBe((1, 2, "s"));

        recorder.Get = _ => new GetInstanceResponse();
        await ShouldBeMissing();
        recorder.Get = _ => throw new RpcException(new Status(StatusCode.NotFound, ""));
        await ShouldBeMissing();
        recorder.Get = _ => throw new RpcException(new Status(StatusCode.Internal, "broken"));
        (await Should.ThrowAsync<RpcException>(() => Client.GetWorkflowStateAsync("id"))).StatusCode.ShouldBe(StatusCode.Internal);

        async Task ShouldBeMissing()
        {
            var missing = await Client.GetWorkflowStateAsync("id");
            (missing.Exists, missing.RuntimeStatus, missing.ReadOutputAs<int>()).ShouldBe((false, WorkflowRuntimeStatus.Unknown, 0));
        }
    }

    [Fact]
    public async Task Waiting_asks_again_while_the_sidecar_is_away_and_then_reads_the_output()
    {
        var failures = 2;
        recorder.Get = request => request.GetInputsAndOutputs ? Existing(OrchestrationStatus.Completed)
            : failures-- > 0 ? throw new RpcException(new Status(StatusCode.Unavailable, "away"))
            : Existing(OrchestrationStatus.Completed);
        (await Client.WaitForWorkflowCompletionAsync("id")).ReadOutputAs<int>().ShouldBe(2);
        failures.ShouldBe(-1);
    }

    [Fact]
    public async Task Waiting_for_an_instance_that_does_not_exist_is_an_error()
    {
        recorder.Get = _ => new GetInstanceResponse();
        (await Should.ThrowAsync<InvalidOperationException>(() => Client.WaitForWorkflowCompletionAsync("id"))).Message
            .ShouldBe("Workflow instance 'id' does not exist");
        await Should.ThrowAsync<InvalidOperationException>(() => Client.WaitForWorkflowStartAsync("id"));
    }

    [Fact]
    public async Task A_sidecar_that_lets_such_a_caller_wait_is_found_out()
    {
        recorder.Hang = true;
        recorder.Get = _ => new GetInstanceResponse();
        await using var hasty = Build(TimeSpan.FromMilliseconds(500));
        await Should.ThrowAsync<InvalidOperationException>(() => hasty.WaitForWorkflowCompletionAsync("id"));
    }

    [Fact]
    public async Task Cancelling_a_wait_is_a_cancellation()
    {
        recorder.Hang = true;
        using var cancellation = new CancellationTokenSource();
        var waiting = Client.WaitForWorkflowCompletionAsync("id", cancellation: cancellation.Token);
        await recorder.Hanging.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Acting_on_an_instance_sends_what_is_to_be_done()
    {
        await Client.RaiseEventAsync("id", "e", 5);
        (recorder.Last<RaiseEventRequest>().Name, recorder.Last<RaiseEventRequest>().Input).ShouldBe(("e", "5"));
        await Client.TerminateWorkflowAsync("id", "out");
        (recorder.Last<TerminateRequest>().Output, recorder.Last<TerminateRequest>().Recursive).ShouldBe(("\"out\"", true));
        await Client.SuspendWorkflowAsync("id");
        recorder.Last<SuspendRequest>().Reason.ShouldBe("");
        await Client.ResumeWorkflowAsync("id", "why");
        recorder.Last<ResumeRequest>().Reason.ShouldBe("why");
        (await Client.PurgeInstanceAsync("id")).ShouldBeTrue();
        (await Client.PurgeInstanceAsync("none")).ShouldBeFalse();
        recorder.Last<PurgeInstancesRequest>().Recursive.ShouldBeTrue();
        (await Client.RerunWorkflowFromEventAsync("id", 3, new RerunWorkflowFromEventOptions { NewInstanceId = "new", Input = 1, OverwriteInput = true }))
            .ShouldBe("new");
        (recorder.Last<RerunWorkflowFromEventRequest>().EventID, recorder.Last<RerunWorkflowFromEventRequest>().Input).ShouldBe((3u, "1"));
    }

    [Fact]
    public async Task Lists_come_in_pages_and_histories_with_the_names_of_clients()
    {
        var page = await Client.ListInstanceIdsAsync(pageSize: 2);
        (page.InstanceIds.Count, page.ContinuationToken).ShouldBe((2, "more"));
        (await Client.ListInstanceIdsAsync("more")).ContinuationToken.ShouldBeNull();
        var history = await Client.GetInstanceHistoryAsync("id");
        history.Select(entry => entry.EventType).ShouldBe([WorkflowHistoryEventType.OrchestratorStarted, WorkflowHistoryEventType.TaskScheduled]);
        history[1].EventId.ShouldBe(4);
    }

    private static GetInstanceResponse Existing(OrchestrationStatus status) => new()
    {
        Exists = true,
        WorkflowState = new State { Name = "W", WorkflowStatus = status, Input = "1", Output = "2", CustomStatus = "\"s\"" },
    };

    private DaprWorkflowClient Build(TimeSpan? limit = null)
    {
        var builder = new DaprWorkflowClientBuilder();
        builder.UseGrpcEndpoint(app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        if (limit is { } time)
        {
            builder.UseTimeout(time);
        }

        return builder.Build();
    }

    private sealed class Recorder : TaskHubSidecarService.TaskHubSidecarServiceBase
    {
        private readonly List<object> requests = [];

        public Func<GetInstanceRequest, GetInstanceResponse> Get { get; set; } = _ => new GetInstanceResponse();

        public bool Hang { get; set; }

        public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public T Last<T>() => requests.OfType<T>().Last();

        public override Task<CreateInstanceResponse> StartInstance(CreateInstanceRequest request, ServerCallContext context) =>
            Answer(request, new CreateInstanceResponse { InstanceId = request.InstanceId });

        public override Task<GetInstanceResponse> GetInstance(GetInstanceRequest request, ServerCallContext context) => Task.FromResult(Get(request));

        public override Task<GetInstanceResponse> WaitForInstanceStart(GetInstanceRequest request, ServerCallContext context) => Wait(request, context);

        public override Task<GetInstanceResponse> WaitForInstanceCompletion(GetInstanceRequest request, ServerCallContext context) => Wait(request, context);

        public override Task<RaiseEventResponse> RaiseEvent(RaiseEventRequest request, ServerCallContext context) => Answer(request, new RaiseEventResponse());

        public override Task<TerminateResponse> TerminateInstance(TerminateRequest request, ServerCallContext context) => Answer(request, new TerminateResponse());

        public override Task<SuspendResponse> SuspendInstance(SuspendRequest request, ServerCallContext context) => Answer(request, new SuspendResponse());

        public override Task<ResumeResponse> ResumeInstance(ResumeRequest request, ServerCallContext context) => Answer(request, new ResumeResponse());

        public override Task<PurgeInstancesResponse> PurgeInstances(PurgeInstancesRequest request, ServerCallContext context) =>
            Answer(request, new PurgeInstancesResponse { DeletedInstanceCount = request.InstanceId == "none" ? 0 : 1 });

        public override Task<ListInstanceIDsResponse> ListInstanceIDs(ListInstanceIDsRequest request, ServerCallContext context) => Task.FromResult(
            request.HasContinuationToken
                ? new ListInstanceIDsResponse { InstanceIds = { "c" } }
                : new ListInstanceIDsResponse { InstanceIds = { "a", "b" }, ContinuationToken = "more" });

        public override Task<GetInstanceHistoryResponse> GetInstanceHistory(GetInstanceHistoryRequest request, ServerCallContext context) =>
            Task.FromResult(new GetInstanceHistoryResponse
            {
                Events =
                {
                    new HistoryEvent { EventId = -1, Timestamp = new Timestamp(), WorkflowStarted = new WorkflowStartedEvent() },
                    new HistoryEvent { EventId = 4, Timestamp = new Timestamp(), TaskScheduled = new TaskScheduledEvent { Name = "A" } },
                },
            });

        public override Task<RerunWorkflowFromEventResponse> RerunWorkflowFromEvent(RerunWorkflowFromEventRequest request, ServerCallContext context) =>
            Answer(request, new RerunWorkflowFromEventResponse { NewInstanceID = request.NewInstanceID });

        private async Task<GetInstanceResponse> Wait(GetInstanceRequest request, ServerCallContext context)
        {
            if (Hang)
            {
                Hanging.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            }

            return Get(request);
        }

        private Task<T> Answer<T>(object request, T answer)
        {
            lock (requests)
            {
                requests.Add(request);
            }

            return Task.FromResult(answer);
        }
    }
}
