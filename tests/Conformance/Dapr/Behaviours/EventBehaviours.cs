using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Behaviours;

/// <summary>External events, timers, and generations that hand events on.</summary>
public sealed class EventBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_12_The_name_of_an_event_is_compared_without_case(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Approval");
        await world.RaiseAsync(id, "APPROVED", "yes");
        (await world.CompletionAsync(id)).OutputAs<string>().ShouldBe("yes");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_13_Events_before_their_wait_are_kept_in_their_order(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Inbox");
        foreach (var item in new[] { "one", "two", "three" })
        {
            await world.RaiseAsync(id, "item", item);
        }

        await world.RaiseAsync(id, "go");
        (await world.CompletionAsync(id)).OutputAs<string[]>().ShouldBe(["one", "two", "three"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_14_An_event_in_time_is_taken_and_the_timer_that_fires_later_does_no_harm(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("TimedAnswer", new { milliseconds = 1500, again = true });
        await world.RaiseAsync(id, "answer", "in time");
        await Eventually.IsAsync(() => world.HistoryAsync(id), history => history.Any(item => item.TimerFired is not null), "the timer fired");
        await world.RaiseAsync(id, "answer", "and again");
        (await world.CompletionAsync(id)).OutputAs<string[]>().ShouldBe(["in time", "and again"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_14_After_the_time_is_over_the_late_event_goes_to_the_next_wait(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("TimedAnswer", new { milliseconds = 200, again = true });
        await Eventually.IsAsync(() => world.HistoryAsync(id), history => history.Any(item => item.TimerFired is not null), "the timer fired");
        await world.RaiseAsync(id, "answer", "late");
        (await world.CompletionAsync(id)).OutputAs<string[]>().ShouldBe(["too late", "late"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_15_A_timer_does_not_fire_early_and_the_clock_says_so(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var report = await world.RunAsync<AlarmReport>("Alarm", 1200);
        report.End.ShouldBeGreaterThanOrEqualTo(report.Middle);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_15_An_event_ends_the_wait_for_a_timer_of_an_hour(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("TimerOrEvent");
        await world.RaiseAsync(id, "answer", "the event");
        (await world.CompletionAsync(id)).OutputAs<string>().ShouldBe("the event");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_18_Continue_as_new_keeps_250_signals(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Signals", new { expected = 250, seen = Array.Empty<int>() });
        await Task.WhenAll(Enumerable.Range(0, 250).Select(number => world.RaiseAsync(id, "signal", number)));
        (await world.CompletionAsync(id)).OutputAs<int[]>().Order().ShouldBe(Enumerable.Range(0, 250));
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_18_A_counter_that_goes_on_five_times_ends_with_five(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        (await world.RunAsync<int>("Counting", 0)).ShouldBe(5);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_18_Events_that_are_not_to_be_kept_are_dropped(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Forgetful", false);
        await world.RaiseAsync(id, "extra", "kept");
        await world.RaiseAsync(id, "go");
        (await world.CompletionAsync(id)).OutputAs<string>().ShouldBe("dropped");
    }

    private sealed record AlarmReport(DateTime Start, DateTime Middle, DateTime End);
}
