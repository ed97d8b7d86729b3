using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Behaviours;

/// <summary>What stays the same however often a workflow is replayed.</summary>
public sealed class ReplayBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_01_A_replay_draws_the_GUIDs_that_were_drawn_first(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var report = await world.RunAsync<GuidReport>("Guids");
        report.Drawn.Distinct().Count().ShouldBe(3);
        report.Seen.ShouldBe(report.Drawn[..2]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_16_The_clock_reads_the_same_in_every_replay_and_never_goes_back(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var report = await world.RunAsync<ClockReport>("Clock");
        report.Saw.ShouldBe(report.Start);
        report.Middle.ShouldBeGreaterThanOrEqualTo(report.Start);
        report.End.ShouldBeGreaterThanOrEqualTo(report.Middle);
        report.Kind.ShouldBe("Utc");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_17_What_was_said_before_is_replayed_and_not_logged_again(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId();
        await world.RunAsync<string>("Logged", id: id);
        (await world.App.JournalAsync($"log:{id}", 3)).ShouldBe(["start", "middle", "end"]);
        (await world.App.JournalAsync($"replaying:{id}", 6)).ShouldBe(["start False", "start True", "middle False", "start True", "middle True", "end False"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_29_Patches_of_a_turn_are_stamped_on_its_beginning(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId();
        (await world.RunAsync<bool[]>("Patched", id: id)).ShouldBe([true, true, true]);
        var turns = (await world.HistoryAsync(id)).Where(item => item.WorkflowStarted is not null).ToArray();
        turns[0].WorkflowStarted.Version.Patches.ShouldBe(["p1"]);
        turns[^1].WorkflowStarted.Version.Patches.ShouldContain("p2");
    }

    private sealed record GuidReport(Guid[] Drawn, Guid[] Seen);

    private sealed record ClockReport(DateTime Start, DateTime Saw, DateTime Middle, DateTime End, string Kind);
}
