using Dapr.Protocol;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class FailureTests
{
    private static WorkerScript Script() => new WorkerScript()
        .Workflow("Call", turn =>
        {
            if (turn.Call(0, "Work", turn.Input) is { } result)
            {
                turn.Complete(result.TaskCompleted.Result);
            }
        })
        .Activity("Work", input => input);

    [Theory]
    [InlineData("workflow_turns")]
    [InlineData("workflow_events")]
    public async Task Work_that_could_not_be_written_is_done_again_once_the_store_writes(string table)
    {
        await using var host = await WorkflowHost.StartAsync();
        await host.ScheduleAsync("Call", "c", "x");
        await using var outside = Open(host);
        Execute(outside, $"CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'refused'); END");
        await using var worker = await host.ConnectAsync(Script());
        await Eventually.TrueAsync(() => worker.Errors.Count > 1, "No write was refused.");
        worker.Errors.OfType<RpcException>().ShouldAllBe(error => error.StatusCode == StatusCode.Unavailable);

        Execute(outside, "DROP TRIGGER refuse");

        (await host.EndAsync("c")).Output.ShouldBe("x");
    }

    [Theory]
    [InlineData("sidecar.store.before-commit")]
    [InlineData("sidecar.store.after-commit")]
    public async Task A_commit_that_fails_or_seems_to_does_not_hold_up_what_is_written_behind_it(string failing)
    {
        using var release = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (armed, watching) = (0, false);
        await using var host = await WorkflowHost.StartAsync(options: options => WorkflowHost.Options(options.StateFile, onPoint: point =>
        {
            if (point == failing && Interlocked.Exchange(ref armed, 0) == 1)
            {
                reached.SetResult();
                release.Wait(WorkflowHost.Patience).ShouldBeTrue("the test did not let the commit go on");
                throw new IOException("no disk");
            }
            else if (point == "sidecar.workflow.turn-completed-before-commit" && Volatile.Read(ref watching))
            {
                answered.TrySetResult();
            }
            else if (point == "sidecar.workflow.turn-completed-after-commit")
            {
                began.TrySetResult();
            }
        }));
        await using var worker = await host.ConnectAsync(new WorkerScript().Workflow("Both", turn =>
        {
            if (turn.Raised("a").Count > 0 && turn.Raised("b").Count > 0)
            {
                turn.Complete("both");
            }
        }));
        await host.ScheduleAsync("Both", "both");
        await began.Task.WaitAsync(WorkflowHost.Patience);

        Volatile.Write(ref watching, true);
        Volatile.Write(ref armed, 1);
        var first = RaiseAsync(host, "a");
        await reached.Task.WaitAsync(WorkflowHost.Patience);
        await answered.Task.WaitAsync(WorkflowHost.Patience);
        release.Set();

        (await Should.ThrowAsync<RpcException>(first)).StatusCode.ShouldBe(StatusCode.Unavailable);
        await RaiseAsync(host, "b");
        await RaiseAsync(host, "a");
        (await host.EndAsync("both")).Output.ShouldBe("both");
    }

    [Fact]
    public async Task A_start_that_could_not_be_written_is_refused_and_leaves_nothing_behind()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var outside = Open(host);
        Execute(outside, "CREATE TRIGGER refuse BEFORE INSERT ON workflow_events BEGIN SELECT RAISE(ABORT, 'refused'); END");

        (await Should.ThrowAsync<RpcException>(() => host.ScheduleAsync("Call", "c", "x"))).StatusCode.ShouldBe(StatusCode.Unavailable);
        (await host.StateAsync("c")).ShouldBeNull();
        Execute(outside, "DROP TRIGGER refuse");
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("Call", "c", "x");

        (await host.EndAsync("c")).Output.ShouldBe("x");
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_stalls_its_workflow_and_all_others_run()
    {
        await using var host = await WorkflowHost.StartAsync();
        await host.ScheduleAsync("Call", "broken", "x");
        await host.ScheduleAsync("Call", "whole", "x");
        await host.StopAsync();
        await using (var outside = Open(host))
        {
            Execute(outside, "UPDATE workflow_events SET event = x'00ff' WHERE execution_key = (SELECT execution_key FROM workflow_instances WHERE instance_id = 'broken')");
        }

        await host.StartAsync();
        await using var worker = await host.ConnectAsync(Script());

        (await host.EndAsync("whole")).Output.ShouldBe("x");
        await host.UntilAsync("broken", OrchestrationStatus.Stalled);
        await using (var outside = Open(host))
        {
            Scalar(outside, "SELECT count(*) FROM quarantine").ShouldBe(1L);
        }

        await host.Client.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = "broken", Force = true });
        await host.ScheduleAsync("Call", "broken", "y");
        (await host.EndAsync("broken")).Output.ShouldBe("y");
    }

    [Theory]
    [InlineData("sidecar.workflow.turn-completed-before-commit")]
    [InlineData("sidecar.workflow.turn-completed-after-commit")]
    [InlineData("sidecar.workflow.activity-completed-before-commit")]
    [InlineData("sidecar.workflow.activity-completed-after-commit")]
    [InlineData("sidecar.workflow.accepted-after-commit")]
    public async Task An_error_at_any_point_loses_nothing(string at)
    {
        var hits = 0;
        await using var host = await WorkflowHost.StartAsync(options: options => WorkflowHost.Options(
            options.StateFile, onPoint: point => _ = point == at && Interlocked.Increment(ref hits) == 1 ? throw new InvalidOperationException("here") : 0));
        await using var worker = await host.ConnectAsync(Script());
        try
        {
            await host.ScheduleAsync("Call", "c", "x");
        }
        catch (RpcException) when (at.Contains("accepted", StringComparison.Ordinal))
        {
            // Stored, but the caller does not know: it may ask.
        }

        (await host.EndAsync("c")).Output.ShouldBe("x");
        hits.ShouldBeGreaterThan(0);
    }

    private static async Task RaiseAsync(WorkflowHost host, string name) =>
        await host.Client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "both", Name = name });

    private static async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(WorkflowHost host) =>
        (await host.Client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = "both" })).Events;

    private static SqliteConnection Open(WorkflowHost host)
    {
        var connection = new SqliteConnection($"Data Source={host.File};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements stand in the tests above.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements stand in the tests above.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
