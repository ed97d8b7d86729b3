using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Load;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests;

/// <summary>kill -9 of one of the two processes at each named point, in the middle of work of all kinds.</summary>
public sealed class SidecarKillPointTests(RigFixture fixture) : IClassFixture<RigFixture>
{
    [Theory]
    [MemberData(nameof(Points.Sidecar), MemberType = typeof(Points))]
    public Task A_sidecar_that_dies_at_a_point_loses_and_doubles_nothing(string point) => DieAsync(point, hit: 2);

    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Points.Sidecar), MemberType = typeof(Points))]
    public async Task A_sidecar_that_dies_at_the_first_or_third_hit_of_a_point_loses_and_doubles_nothing(string point)
    {
        await DieAsync(point, hit: 1);
        await DieAsync(point, hit: 3);
    }

    private async Task DieAsync(string point, int hit)
    {
        var rig = fixture.Rig;
        await rig.Sidecar.KillAsync($"{point}=kill@{hit}");
        var armed = rig.Sidecar.Current;
        var work = new Everything(rig, $"{point}-{hit}");

        await work.RunAsync();
        await work.VerifyAsync();

        armed.Exit.IsCompleted.ShouldBeTrue($"the work does not come by {point} {hit} times: let {nameof(Everything)} do what hits it");
        (await armed.Exit).ShouldBe(ServiceProcess.KilledExitCode);
        Journal.ShouldRunNothingTwiceAtOnce(rig.Journals());
        using var state = rig.OpenState();
        StateFile.ShouldBeSound(state);
    }
}

/// <inheritdoc cref="SidecarKillPointTests"/>
public sealed class AppKillPointTests(RigFixture fixture) : IClassFixture<RigFixture>
{
    [Theory]
    [MemberData(nameof(Points.App), MemberType = typeof(Points))]
    public async Task An_app_that_dies_at_a_point_loses_and_doubles_nothing(string point)
    {
        var rig = fixture.Rig;
        await rig.App.KillAsync($"{point}=kill@2");
        var armed = rig.App.Current;
        var work = new Everything(rig, point);

        await work.RunAsync();
        await work.VerifyAsync();

        armed.Exit.IsCompleted.ShouldBeTrue($"the work does not come by {point} twice: let {nameof(Everything)} do what hits it");
        (await armed.Exit).ShouldBe(ServiceProcess.KilledExitCode);
        rig.Sidecar.ExitCodes.ShouldBeEmpty("the death of an app is not the sidecar's");
    }
}
