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
