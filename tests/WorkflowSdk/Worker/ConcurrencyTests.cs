using System.Collections.Concurrent;
using Dapr.Workflow;

namespace Serverless.WorkflowSdk.Tests.Worker;

public sealed class ConcurrencyTests : IDisposable
{
    private readonly ConcurrentQueue<string> began = new();
    private readonly SemaphoreSlim beginnings = new(0);
    private readonly TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => beginnings.Dispose();

    [Fact]
    public async Task An_activity_that_is_asked_for_twice_at_once_runs_once_and_both_are_answered()
    {
        await using var worker = await StartAsync();
        worker.Connection.Send(WorkerHost.Call("Wait", "\"1\""), "first");
        await BeganAsync();
        worker.Connection.Send(WorkerHost.Call("Wait", "\"1\""), "second");
        worker.Connection.Send(WorkerHost.Call("Wait", "\"2\"", id: 1), "another");
        await BeganAsync();
        gate.SetResult();
        var tokens = new[] { await worker.Sidecar.ResultAsync(), await worker.Sidecar.ResultAsync(), await worker.Sidecar.ResultAsync() };
        tokens.Select(result => result.CompletionToken).Order().ShouldBe(["another", "first", "second"]);
        began.ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task The_same_ids_with_another_input_are_another_call()
    {
        await using var worker = await StartAsync();
        worker.Connection.Send(WorkerHost.Call("Wait", "\"1\""), "generation 1");
        worker.Connection.Send(WorkerHost.Call("Wait", "\"2\""), "generation 2");
        await BeganAsync();
        await BeganAsync();
        gate.SetResult();
        await worker.Sidecar.ResultAsync();
        await worker.Sidecar.ResultAsync();
        began.Order().ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task No_more_activities_run_at_a_time_than_are_allowed_and_turns_do_not_wait_for_them()
    {
#pragma warning disable CS0618 // The official SDK ignores the limit, this one honours it.
        await using var worker = await StartAsync(options => options.MaxConcurrentActivities = 1);
#pragma warning restore CS0618
        worker.Connection.Send(WorkerHost.Call("Wait", "\"1\""));
        worker.Connection.Send(WorkerHost.Call("Wait", "\"2\"", id: 1));
        await BeganAsync();
        (await worker.TurnAsync(Support.Events.Started(name: "Empty"))).Actions.ShouldHaveSingleItem();
        began.ShouldBe(["1"]);
        gate.SetResult();
        await worker.Sidecar.ResultAsync();
        await worker.Sidecar.ResultAsync();
        began.ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_worker_that_stops_finishes_what_runs_and_takes_nothing_more()
    {
        await using var worker = await StartAsync();
        worker.Connection.Send(WorkerHost.Call("Wait", "\"1\""));
        await BeganAsync();
        var stopping = worker.StopAsync();
        worker.Connection.Send(WorkerHost.Call("Wait", "\"2\"", id: 1));
        stopping.IsCompleted.ShouldBeFalse();
        worker.Connection.Closed.IsCompleted.ShouldBeFalse("the stream stays open until what runs is finished");
        gate.SetResult();
        (await worker.Sidecar.ResultAsync()).TaskId.ShouldBe(0);
        await FakeSidecar.Within(stopping.ContinueWith(_ => true, TaskScheduler.Default), "the worker did not stop");
        await FakeSidecar.Within(worker.Connection.Closed.ContinueWith(_ => true, TaskScheduler.Default), "the stream did not end");
        began.ShouldBe(["1"]);
        worker.Sidecar.HasResult.ShouldBeFalse();
    }

    private Task<bool> BeganAsync() => FakeSidecar.Within(beginnings.WaitAsync(TimeSpan.FromMinutes(2)), "no activity began");

    private Task<WorkerHost> StartAsync(Action<WorkflowRuntimeOptions>? configure = null) => WorkerHost.StartAsync(options =>
    {
        configure?.Invoke(options);
        options.RegisterWorkflow<object, int>("Empty", (_, _) => Task.FromResult(0));
        options.RegisterActivity<string, string>("Wait", async (_, input) =>
        {
            began.Enqueue(input);
            beginnings.Release();
            await gate.Task;
            return input;
        });
    });
}
