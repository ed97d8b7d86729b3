using Dapr.Protocol;
using Grpc.Core;
using Serverless.Faults.Tests.Load;
using Serverless.Faults.Tests.Processes;
using Serverless.Faults.Tests.Workers;

namespace Serverless.Faults.Tests;

/// <summary>A store that fails now and then, whose failures say the truth or not.</summary>
public sealed class StoreFaultTests
{
    private const string BeforeCommit = "sidecar.store.before-commit", AfterCommit = "sidecar.store.after-commit", BeforeRead = "sidecar.store.before-read";

    [Theory]
    [InlineData(BeforeCommit, "commits that fail are made again")]
    [InlineData(AfterCommit, "commits that succeed although their callers see an error are noticed, and repeating them changes nothing")]
    [InlineData(BeforeRead, "reads that fail are made again")]
    public async Task Everything_ends_well_although_one_in_ten(string point, string outcome)
    {
        Points.Sidecar.ShouldContain(row => row.Data == point);
        var seed = Random.Shared.Next();
        var faults = new Faults(point, seed);
        await using var rig = await EmbeddedRig.StartAsync(faults.Hit);
        var work = new Everything(rig, "faults");
        try
        {
            faults.IsOn = true;
            await work.RunAsync();
            await work.VerifyAsync();
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Not so: {outcome}. Seed {seed}, {faults.Count} faults. {error.Message}", error);
        }

        faults.Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_store_that_fails_for_a_while_says_so_to_every_caller_and_goes_on_by_itself()
    {
        var faults = new Faults(BeforeCommit, seed: 1) { Share = 1 };
        await using var rig = await EmbeddedRig.StartAsync(faults.Hit);
        var work = new Everything(rig, "while");
        faults.IsOn = true;
        using (var answer = await rig.Actors.TryAsync("while", "AddAsync"))
        {
            answer.IsSuccessStatusCode.ShouldBeFalse("a turn was acknowledged that cannot be stored");
            (await answer.Content.ReadAsStringAsync()).ShouldContain("errorCode");
        }

        var running = work.RunAsync();
        await Patience.UntilAsync(() => faults.Count > 20, () => $"twenty commits fail.\n{rig.Text}");
        faults.IsOn = false;

        await running;
        await work.VerifyAsync();
    }

    [Fact]
    public async Task A_timer_whose_turn_was_stored_although_that_seemed_to_fail_fires()
    {
        var faults = new Faults(AfterCommit, seed: 1) { Share = 1 };
        using var folder = new TemporaryFolder();
        await using var bench = await Bench.StartAsync(onPoint: faults.Hit, stateFile: folder["state.db"]);
        await using var worker = new RawWorker(bench.Address);
        var turn = await bench.BeginAsync(worker, "timer");

        faults.IsOn = true;
        await Should.ThrowAsync<RpcException>(worker.CompleteTurnAsync(turn, Actions.Timer(0, TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(50))));
        faults.IsOn = false;

        (await worker.TurnAsync()).WorkflowRequest.NewEvents.ShouldContain(entry => entry.TimerFired != null && entry.TimerFired.TimerId == 0);
    }

    [Fact]
    public async Task Children_of_a_workflow_whose_end_was_stored_although_that_seemed_to_fail_are_terminated()
    {
        var faults = new Faults(AfterCommit, seed: 1) { Share = 1 };
        using var folder = new TemporaryFolder();
        await using var bench = await Bench.StartAsync(onPoint: faults.Hit, stateFile: folder["state.db"]);
        await using var worker = new RawWorker(bench.Address);
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "parent"), Actions.Child(0, "child"));
        await worker.CompleteTurnAsync(await worker.TurnAsync());

        faults.IsOn = true;
        await Should.ThrowAsync<RpcException>(bench.Calls.Raw.TerminateInstanceAsync(new TerminateRequest { InstanceId = "parent", Recursive = true }).ResponseAsync);
        faults.IsOn = false;

        (await bench.Calls.EndOfAsync("parent")).WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
        (await bench.Calls.EndOfAsync("child")).WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task Who_waits_for_an_end_that_was_stored_although_that_seemed_to_fail_is_told()
    {
        var faults = new Faults(AfterCommit, seed: 1) { Share = 1 };
        using var folder = new TemporaryFolder();
        await using var bench = await Bench.StartAsync(onPoint: faults.Hit, stateFile: folder["state.db"]);
        await using var worker = new RawWorker(bench.Address);
        var turn = await bench.BeginAsync(worker, "waited");
        var end = bench.Calls.Raw.WaitForInstanceCompletionAsync(new GetInstanceRequest { InstanceId = "waited" }).ResponseAsync;

        faults.IsOn = true;
        await Should.ThrowAsync<RpcException>(worker.CompleteTurnAsync(turn, Actions.Complete(0)));
        faults.IsOn = false;

        (await Patience.OfAsync(end, () => "the waiting call ends")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    /// <summary>Throws at a share of the hits of a point.</summary>
    private sealed class Faults(string point, int seed)
    {
        private readonly Random _random = new(seed);
        private int _count;

        public double Share { get; init; } = 0.1;

        public bool IsOn { get; set; }

        public int Count => _count;

        public void Hit(string hit)
        {
            if (hit != point || !IsOn)
            {
                return;
            }

            lock (_random)
            {
                if (_random.NextDouble() >= Share)
                {
                    return;
                }
            }

            Interlocked.Increment(ref _count);
            throw new IOException($"A fault at {hit}.");
        }
    }
}
