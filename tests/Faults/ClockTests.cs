using Dapr.Protocol;
using Serverless.Faults.Tests.Workers;

namespace Serverless.Faults.Tests;

/// <summary>The wall clock is set forward and backward.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    public async Task A_jump_forward_fires_what_is_due_and_nothing_else(int hours)
    {
        var clock = new JumpingClock();
        await using var bench = await Bench.StartAsync(clock);
        await using var worker = new RawWorker(bench.Address);
        await worker.CompleteTurnAsync(
            await bench.BeginAsync(worker, "forward"),
            Actions.Timer(0, clock.GetUtcNow() + (hours * Hour) - TimeSpan.FromMinutes(1)),
            Actions.Timer(1, clock.GetUtcNow() + (hours * Hour) + TimeSpan.FromMinutes(10)));

        clock.Jump(hours * Hour);
        var turn = await worker.TurnAsync();

        Fired(turn).ShouldBe([0]);
        await worker.CompleteTurnAsync(turn);
        clock.Jump(Hour);
        turn = await worker.TurnAsync();
        Fired(turn).ShouldBe([1]);
        await worker.CompleteTurnAsync(turn, Actions.Complete(2));
        (await bench.Calls.EndOfAsync("forward")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task A_jump_backward_fires_nothing_again_and_delays_only_what_was_not_due()
    {
        var clock = new JumpingClock();
        await using var bench = await Bench.StartAsync(clock);
        await using var worker = new RawWorker(bench.Address);
        var start = clock.GetUtcNow();
        await worker.CompleteTurnAsync(
            await bench.BeginAsync(worker, "backward"),
            Actions.Timer(0, start + TimeSpan.FromMilliseconds(10)), Actions.Timer(1, start + TimeSpan.FromMinutes(10)));
        var turn = await worker.TurnAsync();
        Fired(turn).ShouldBe([0]);

        clock.Jump(-Hour);
        await worker.CompleteTurnAsync(turn);
        clock.Jump(Hour);
        clock.Jump(-Hour);
        await SettleAsync(bench, worker, clock);
        worker.WaitingTurns.ShouldBe(0, "a timer fired twice, or before its time");

        clock.Jump(2 * Hour);
        turn = await worker.TurnAsync();
        Fired(turn).ShouldBe([1]);
        await worker.CompleteTurnAsync(turn, Actions.Complete(2));
        await bench.Calls.EndOfAsync("backward");
        (await bench.Calls.HistoryAsync("backward")).Where(entry => entry.TimerFired is not null).Select(entry => entry.TimerFired.TimerId).ShouldBe([0, 1]);
    }

    [Fact]
    public async Task A_timer_that_is_already_due_after_a_jump_fires_at_once()
    {
        var clock = new JumpingClock();
        await using var bench = await Bench.StartAsync(clock);
        await using var worker = new RawWorker(bench.Address);
        var turn = await bench.BeginAsync(worker, "due");
        var due = clock.GetUtcNow() + Hour;
        clock.Jump(24 * Hour);

        await worker.CompleteTurnAsync(turn, Actions.Timer(0, due));

        Fired(await worker.TurnAsync()).ShouldBe([0]);
    }

    /// <summary>Another instance's timer comes and goes: whatever the clock had made due before would have fired by then.</summary>
    private static async Task SettleAsync(Bench bench, RawWorker worker, JumpingClock clock)
    {
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "other"), Actions.Timer(0, clock.GetUtcNow() + TimeSpan.FromMilliseconds(1500)));
        var turn = await worker.TurnAsync();
        turn.WorkflowRequest.InstanceId.ShouldBe("other", "a timer fired twice, or before its time");
        await worker.CompleteTurnAsync(turn, Actions.Complete(1));
        await bench.Calls.EndOfAsync("other");
    }

    private static int[] Fired(WorkItem turn) =>
        [.. turn.WorkflowRequest.NewEvents.Where(entry => entry.TimerFired is not null).Select(entry => entry.TimerFired.TimerId)];
}
