using System.Collections.Concurrent;
using System.Net;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Placement.Pools;
using Serverless.Workers.Tests.Fakes;

namespace Serverless.Workers.Tests;

/// <summary>Engines and processes that come and go.</summary>
public sealed class LifeTests : IAsyncLifetime
{
    WorkerBench bench = null!;

    public async ValueTask InitializeAsync() => bench = await WorkerBench.StartAsync();

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task A_node_says_what_it_has_and_leaves_when_it_ends()
    {
        await bench.StartWorkerAsync(bench.Options() with { Labels = WorkerOptions.ParseLabels("zone=a, disk=ssd") });
        var report = bench.Record.Heartbeats[0];
        report.NodeId.ShouldBe(WorkerBench.NodeId);
        report.Accelerators.ShouldHaveSingleItem().Type.ShouldBe("cpu");
        report.Resources["cpu"].ShouldBe(Environment.ProcessorCount);
        report.Labels.ShouldBe(new Dictionary<string, string> { ["zone"] = "a", ["disk"] = "ssd" });
        await bench.StopWorkerAsync();
        bench.Record.Leaves.ShouldBe([new(WorkerBench.NodeId, report.Incarnation)]);
    }

    [Fact]
    public async Task A_node_with_cards_has_an_engine_on_each()
    {
        CudaDevice[] cards = [new(0, "NVIDIA H200", "GPU-a", 150L << 30, 9, 0, 132, 232448), new(1, "NVIDIA H200", "GPU-b", 150L << 30, 9, 0, 132, 232448)];
        var devices = new ConcurrentQueue<string>();
        bench.Load = options =>
        {
            devices.Enqueue(options.Device);
            return Task.FromResult<IGenerationEngine>(new FakeEngine());
        };
        await bench.StartWorkerAsync(bench.Options() with { Cards = cards });
        bench.Record.Heartbeats[0].Accelerators.ShouldBe([new(0, "NVIDIA H200", 150L << 30, "GPU-a"), new(1, "NVIDIA H200", 150L << 30, "GPU-b")]);
        await bench.StartEngineAsync("replica-1", accelerators: [1]);
        await bench.StartEngineAsync("replica-2", accelerators: [0]);
        await bench.Record.UntilAsync(
            record => record.Exchanges.Where(exchange => exchange.State == ReplicaState.Ready).Select(exchange => exchange.ReplicaId).Distinct().Count() == 2, "two engines");
        devices.ShouldBe(["cuda:0", "cuda:1"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(null, "cpu")]
    [InlineData("torch:cpu", "torch:cpu")]
    public async Task A_node_without_cards_loads_engines_on_the_cpu_or_the_device_that_it_was_given_whatever_the_machine_has(string? given, string expected)
    {
        string? device = null;
        bench.Load = options =>
        {
            device = options.Device;
            return Task.FromResult<IGenerationEngine>(bench.Engine);
        };
        await bench.StartWorkerAsync(given is null ? bench.Options() : bench.Options() with { DeviceWithoutCards = given });
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.State == ReplicaState.Ready), "a replica that is ready");
        device.ShouldBe(expected);
    }

    [Fact]
    public async Task The_next_process_of_a_node_is_another_incarnation_without_replicas()
    {
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Count > 0, "an exchange");
        await bench.StopWorkerAsync();
        var before = bench.Record.Heartbeats.Count;
        await bench.StartWorkerAsync();
        await bench.Record.UntilAsync(record => record.Heartbeats.Count > before, "a heartbeat of the next process");
        bench.Record.Heartbeats[^1].Incarnation.ShouldNotBe(bench.Record.Heartbeats[0].Incarnation);
        bench.Record.Heartbeats[^1].Health!.Engines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_replica_that_is_retired_unloads_its_engine_and_is_gone()
    {
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.State == ReplicaState.Ready), "a replica that is ready");
        bench.Record.Retire.Add(WorkerBench.ReplicaId);
        await bench.Door.WakeAsync(WorkerBench.ReplicaId);
        await bench.Record.UntilAsync(record => record.IsRetired, "the order to go");
        await bench.StopWorkerAsync();
        bench.Engine.Disposals.ShouldBe(1);
    }

    [Fact]
    public async Task A_replica_that_comes_back_while_the_old_one_ends_is_loaded_after_it()
    {
        var job = await bench.PlanAsync("job-1", "a", "b");
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.State == ReplicaState.Ready), "a replica that is ready");
        var first = bench.Engine;
        bench.Record.Retire.Add(WorkerBench.ReplicaId);
        bench.Record.Offer(job.Lease(0));
        await bench.Door.WakeAsync(WorkerBench.ReplicaId);
        await bench.Record.UntilAsync(record => record.IsRetired, "the order to go");
        bench.Record.Retire.Clear();
        bench.Engine = new FakeEngine();

        // What comes before the worker has read the order is for the old one; a pool repeats it.
        for (var call = 0; call < 5000 && bench.Loads < 2; call++)
            await bench.StartEngineAsync();
        bench.Loads.ShouldBe(2);
        first.Disposals.ShouldBe(1);
        bench.Record.Offer(job.Lease(1));
        await bench.Door.WakeAsync(WorkerBench.ReplicaId);
        await bench.Record.UntilAsync(record => record.Ended.Exists(ended => ended is { Shard: 1, Kind: ShardOutcomeKind.Done }), "the end of the second replica's shard");
    }

    [Fact]
    public async Task An_engine_that_is_stopped_ends_when_its_shards_are_done_and_takes_no_more()
    {
        var job = await bench.PlanAsync("job-1", "a", "b");
        var gate = new TaskCompletionSource();
        bench.Engine.Gate = gate.Task;
        bench.Record.Slots = 1;
        bench.Record.Offer(job.Lease(0), job.Lease(1));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.Running.Count == 1), "a shard that runs");
        await bench.Door.StopEngineAsync(WorkerBench.ReplicaId);
        await bench.Record.UntilAsync(record => record.Exchanges[^1] is { State: ReplicaState.Draining, Capacity: 0 }, "a replica that drains");
        gate.SetResult();
        await bench.Record.UntilAsync(record => record.Exchanges[^1] is { State: ReplicaState.Draining, Running.Count: 0 }, "the last exchange");
        bench.Record.Ended.ShouldHaveSingleItem().Kind.ShouldBe(ShardOutcomeKind.Done);
    }

    [Theory]
    [InlineData(InferenceErrorCodes.OutOfMemory, ErrorCodes.OutOfMemory)]
    [InlineData(InferenceErrorCodes.Cuda, ErrorCodes.Device)]
    [InlineData(InferenceErrorCodes.ModelUnsupported, ErrorCodes.Model)]
    public async Task An_engine_that_cannot_be_loaded_is_reported_with_its_code(string thrown, string reported)
    {
        bench.Load = _ => throw new InferenceException(thrown, "the weights need 900 GB");
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.State == ReplicaState.Failed), "the failure");
        var error = bench.Record.Exchanges.First(exchange => exchange.State == ReplicaState.Failed).Error!;
        error.Code.ShouldBe(reported);
        error.Message.ShouldContain("900 GB");
        (await bench.Door.GetHealthAsync()).Engines.ShouldHaveSingleItem().Message!.ShouldContain("900 GB");
    }

    [Fact]
    public async Task An_int8_job_on_a_node_with_cards_fails_for_good_and_is_told_what_to_do()
    {
        var card = new CudaDevice(0, "NVIDIA H200", "GPU-a", 150L << 30, 9, 0, 132, 232448);
        await bench.StartWorkerAsync(bench.Options() with { Cards = [card], LoadEngine = null });
        await bench.StartEngineAsync(accelerators: [0], arguments: new EngineArgs { Quantization = "int8" });
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.State == ReplicaState.Failed), "the failure");
        var error = bench.Record.Exchanges.First(exchange => exchange.State == ReplicaState.Failed).Error!;
        ErrorTable.ClassOf(error.Code).ShouldBe(ErrorClass.Permanent);
        error.Code.ShouldBe(ErrorCodes.Model);
        error.Message.ShouldStartWith("quantization int8 runs on CPUs only, and device cuda:0 is a GPU. Leave quantization out");
        error.Message.ShouldContain("placement.accelerator_type: cpu");
    }

    [Fact]
    public async Task A_process_that_is_asked_to_end_finishes_its_shards()
    {
        var job = await bench.PlanAsync("job-1", "a");
        var gate = new TaskCompletionSource();
        bench.Engine.Gate = gate.Task;
        bench.Record.Offer(job.Lease(0));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.Running.Count == 1), "a shard that runs");
        var stopping = bench.StopWorkerAsync();
        await bench.Record.UntilAsync(record => record.Exchanges[^1].State == ReplicaState.Draining, "a replica that drains");
        gate.SetResult();
        await stopping;
        bench.Record.Ended.ShouldHaveSingleItem().Kind.ShouldBe(ShardOutcomeKind.Done);
        bench.Record.Leaves.Count.ShouldBe(1);
        job.Parts.ShouldBe(1);
    }

    [Fact]
    public async Task A_process_that_is_asked_to_end_stops_shards_that_take_too_long()
    {
        var job = await bench.PlanAsync("job-1", "a");
        bench.Engine.Gate = new TaskCompletionSource().Task;
        bench.Record.Offer(job.Lease(0));
        await bench.StartWorkerAsync(bench.Options() with { DrainTime = TimeSpan.Zero });
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.Running.Count == 1), "a shard that runs");
        await bench.StopWorkerAsync();
        var ended = bench.Record.Ended.ShouldHaveSingleItem();
        (ended.Kind, ended.ErrorCode).ShouldBe((ShardOutcomeKind.WorkerLost, ErrorCodes.WorkerLost));
        bench.Engine.Disposals.ShouldBe(1);
    }

    [Fact]
    public async Task A_node_that_drains_says_so_and_takes_no_replica()
    {
        await bench.StartWorkerAsync(bench.Options() with { HeartbeatInterval = TimeSpan.FromMilliseconds(50) });
        bench.Record.Drain = true;
        await bench.Record.UntilAsync(record => record.Heartbeats[^1].Draining, "a heartbeat that says so");
        var refused = await Should.ThrowAsync<Dapr.Actors.ActorMethodInvocationException>(() => bench.StartEngineAsync());
        refused.InnerException!.Message.ShouldContain("drains");
    }

    [Fact]
    public async Task It_is_ready_while_the_cluster_hears_it_and_not_once_the_control_plane_is_away()
    {
        var options = bench.Options() with { HeartbeatInterval = TimeSpan.FromMilliseconds(50), CallDeadline = TimeSpan.FromSeconds(1) };
        await bench.StartWorkerAsync(options);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{options.AppPort}") };
        await UntilReadyAsync(http, HttpStatusCode.OK);

        await bench.StopControlAsync();

        (await UntilReadyAsync(http, HttpStatusCode.ServiceUnavailable)).ShouldContain("does not hear");
        (await http.GetAsync("/healthz/live")).StatusCode.ShouldBe(HttpStatusCode.OK, "the process itself is well");
    }

    private static async Task<string> UntilReadyAsync(HttpClient http, HttpStatusCode status)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var answer = await http.GetAsync("/healthz/ready", patience.Token);
            if (answer.StatusCode == status)
                return await answer.Content.ReadAsStringAsync(patience.Token);
        }
    }

    [Fact]
    public async Task A_broken_engine_fails_its_shards_and_ends_the_process_with_a_code()
    {
        var job = await bench.PlanAsync("job-1", "a", FakeEngine.Dies);
        bench.Record.Offer(job.Lease(0), job.Lease(1));
        var running = Task.Run(() => WorkerHost.RunAsync(bench.Options(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance));
        await bench.Record.UntilAsync(record => record.Heartbeats.Count > 0, "the first heartbeat");
        await bench.StartEngineAsync();
        (await running.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBe(1);
        bench.Record.Ended.ShouldContain(ended => ended.Kind == ShardOutcomeKind.Failed && ended.ErrorCode == ErrorCodes.EngineFailed);
        bench.Record.Leaves.Count.ShouldBe(1);
    }
}
