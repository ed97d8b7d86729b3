using System.Collections.Concurrent;
using Dapr.Protocol;
using Grpc.Core;
using Grpc.Net.Client;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class DeliveryTests
{
    private static WorkerScript Fan(int count, Func<ActivityRequest, Task<string?>> activity, Action<WorkItem>? onItem = null, bool sendsTokens = true) =>
        new WorkerScript { OnItem = onItem ?? (_ => { }), SendsTokens = sendsTokens }
            .Workflow("Fan", turn =>
            {
                var results = Enumerable.Range(0, count).Select(id => turn.Call(id, "Work", $"{id}")).ToArray();
                if (results.All(result => result is not null))
                {
                    turn.Complete(string.Join(',', results.Select(result => result!.TaskCompleted.Result)));
                }
            })
            .Activity("Work", activity);

    [Fact]
    public async Task What_a_broken_stream_had_goes_to_another_one_at_once()
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await WorkflowHost.StartAsync();
        var first = await host.ConnectAsync(Fan(1, request =>
        {
            began.TrySetResult();
            return never.Task;
        }));
        await host.ScheduleAsync("Fan", "f");
        await began.Task.WaitAsync(WorkflowHost.Patience);
        await using var second = await host.ConnectAsync(Fan(1, _ => Task.FromResult<string?>("second")));

        await first.DisposeAsync();

        (await host.EndAsync("f")).Output.ShouldBe("second");

        // The first worker answers after all: its token is not the current one.
        never.SetResult("first");
        (await host.StateAsync("f")).Output.ShouldBe("second");
    }

    [Fact]
    public async Task Two_workers_share_the_load_and_no_activity_is_given_out_twice()
    {
        const int count = 200;
        var (first, second) = (new ConcurrentBag<int>(), new ConcurrentBag<int>());
        await using var host = await WorkflowHost.StartAsync(options: options => WorkflowHost.Options(options.StateFile, maxActivities: 10));
        await using var one = await host.ConnectAsync(Fan(count, request => AnswerAsync(first, request)));
        await using var two = await host.ConnectAsync(Fan(count, request => AnswerAsync(second, request)));

        await host.ScheduleAsync("Fan", "f");

        (await host.EndAsync("f")).Output.ShouldBe(string.Join(',', Enumerable.Range(0, count)));
        first.Concat(second).Order().ShouldBe(Enumerable.Range(0, count));
        first.ShouldNotBeEmpty();
        second.ShouldNotBeEmpty();

        static Task<string?> AnswerAsync(ConcurrentBag<int> seen, ActivityRequest request)
        {
            seen.Add(request.TaskId);
            return Task.FromResult<string?>(request.Input);
        }
    }

    [Fact]
    public async Task A_stream_has_no_more_activities_at_a_time_than_it_may()
    {
        var running = 0;
        var most = 0;
        await using var host = await WorkflowHost.StartAsync(inMemory: true, _ => WorkflowHost.Options(null, maxActivities: 3));
        await using var worker = await host.ConnectAsync(Fan(50, async request =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return request.Input;
        }));
        await host.ScheduleAsync("Fan", "f");

        await host.EndAsync("f");
        most.ShouldBeInRange(1, 3);

        static void InterlockedMax(ref int target, int value)
        {
            int seen;
            while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
            {
            }
        }
    }

    [Fact]
    public async Task Answers_without_tokens_are_understood_and_duplicates_and_stale_ones_are_dropped()
    {
        WorkItem? turn = null;
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Fan(
            5, request => Task.FromResult<string?>(request.Input), item => turn = item.WorkflowRequest is null ? turn : item, sendsTokens: false));
        await host.ScheduleAsync("Fan", "f");
        await host.EndAsync("f");
        worker.Errors.ShouldBeEmpty();

        var stale = new WorkflowResponse { InstanceId = "f", CompletionToken = turn!.CompletionToken };
        stale.Actions.Add(new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed } });
        await host.Client.CompleteWorkflowTaskAsync(stale);
        await host.Client.CompleteActivityTaskAsync(new ActivityResponse { InstanceId = "f", TaskId = 0, Result = "again" });

        (await host.StateAsync("f")).Output.ShouldBe("0,1,2,3,4");
    }

    [Fact]
    public async Task A_sidecar_that_starts_again_goes_on_where_it_was_and_finished_activities_do_not_run_again()
    {
        const int count = 40;
        var runs = new ConcurrentDictionary<int, int>();
        var block = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await WorkflowHost.StartAsync();
        await host.ConnectAsync(Fan(count, async request =>
        {
            runs.AddOrUpdate(request.TaskId, 1, (_, times) => times + 1);
            return request.TaskId < count / 2 ? request.Input : await block.Task;
        }));
        await host.ScheduleAsync("Fan", "f");
        await Eventually.AsyncAsync(
            async () => (await host.Client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = "f" })).Events.Count(known => known.TaskCompleted is not null) == count / 2,
            () => "Half of the activities did not finish.");

        await host.StopAsync();
        await host.StartAsync();
        await using var again = await host.ConnectAsync(Fan(count, request =>
        {
            runs.AddOrUpdate(request.TaskId, 1, (_, times) => times + 1);
            return Task.FromResult<string?>(request.Input);
        }));

        (await host.EndAsync("f")).Output.ShouldBe(string.Join(',', Enumerable.Range(0, count)));
        runs.Where(run => run.Key < count / 2).ShouldAllBe(run => run.Value == 1);
        block.SetResult(null);
    }

    [Fact]
    public async Task Callers_that_wait_on_the_workers_own_connection_do_not_keep_its_answers_out()
    {
        const int count = 150;
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        using var one = new HttpClientHandler();
        using var channel = GrpcChannel.ForAddress(host.Sidecar.GrpcEndpoint("app"), new GrpcChannelOptions { HttpHandler = one });
        var client = new TaskHubSidecarService.TaskHubSidecarServiceClient(channel);
        for (var i = 0; i < count; i++)
        {
            await host.ScheduleAsync("Fan", $"f{i}");
        }

        var ends = Enumerable.Range(0, count).Select(i => host.EndAsync($"f{i}", client)).ToArray();
        await using var worker = await ScriptedWorker.ConnectAsync(client, Fan(1, request => Task.FromResult<string?>(request.Input)));

        (await Task.WhenAll(ends)).ShouldAllBe(state => state.Output == "0");
    }

    [Fact]
    public async Task A_sidecar_that_stops_ends_streams_and_waits_although_an_activity_runs_on()
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await WorkflowHost.StartAsync();
        var client = host.Client;
        await using var worker = await host.ConnectAsync(Fan(1, _ =>
        {
            began.TrySetResult();
            return never.Task;
        }));
        await host.ScheduleAsync("Fan", "f");
        await began.Task.WaitAsync(WorkflowHost.Patience);
        var waiting = client.WaitForInstanceCompletionAsync(new GetInstanceRequest { InstanceId = "f" }).ResponseAsync;

        await host.StopSidecarAsync().WaitAsync(WorkflowHost.Patience);

        await worker.Ended.WaitAsync(WorkflowHost.Patience);
        (await Should.ThrowAsync<RpcException>(waiting)).StatusCode.ShouldBe(StatusCode.Unavailable);
        never.SetResult(null);
    }

    [Fact]
    public async Task Finished_instances_leave_no_worker_busy_and_history_lists_all_that_happened()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Fan(2, request => Task.FromResult<string?>(request.Input)));
        await host.ScheduleAsync("Fan", "f");
        await host.EndAsync("f");

        var events = (await host.Client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = "f" })).Events;

        events[0].EventTypeCase.ShouldBe(HistoryEvent.EventTypeOneofCase.WorkflowStarted);
        events[0].EventId.ShouldBe(-1);
        events[1].EventTypeCase.ShouldBe(HistoryEvent.EventTypeOneofCase.ExecutionStarted);
        events.Count(known => known.TaskScheduled is not null).ShouldBe(2);
        events.Count(known => known.TaskCompleted is not null).ShouldBe(2);
        events[^1].ExecutionCompleted.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        var times = events.Where(known => known.WorkflowStarted is not null).Select(known => known.Timestamp.ToDateTime()).ToArray();
        times.ShouldBe(times.Order());
    }
}
