using Dapr.Sidecar;
using Dapr.Sidecar.Actors;
using Dapr.Sidecar.Hosting;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class PlacementTests
{
    private static readonly ActorAppConfig Config = ActorAppConfig.Parse("""{"entities":["Counter"]}"""u8.ToArray());
    private readonly Placement _placement = new(TimeProvider.System);

    [Fact]
    public void Actors_are_spread_over_the_apps_that_have_their_type()
    {
        Up("a", "b", "c", "d");

        var shares = Keys().CountBy(key => _placement.Find(key)!.App.Id).ToDictionary();

        shares.Count.ShouldBe(4);
        shares.Values.ShouldAllBe(share => share > 150);
        _placement.Find(new ActorKey("Other", "1")).ShouldBeNull();
    }

    [Fact]
    public void An_app_that_comes_takes_its_share_and_moves_no_others_and_gives_it_back_when_it_goes()
    {
        Up("a", "b", "c");
        var before = Where();
        var added = Up("d").Single();

        foreach (var (key, app) in Where().Where(entry => entry.Value != before[entry.Key]))
        {
            app.ShouldBe("d", key.ToString());
        }

        _placement.Remove(added).ShouldNotBeNull();
        Where().ShouldBe(before);
    }

    [Fact]
    public void An_app_that_says_something_else_hosts_what_it_says()
    {
        var app = Up("a").Single();

        _placement.Set(app, ActorAppConfig.Parse("""{"entities":["Other"]}"""u8.ToArray()), out _).ShouldBeFalse();

        _placement.IsHosted("Counter").ShouldBeFalse();
        _placement.IsHosted("Other").ShouldBeTrue();
    }

    [Fact]
    public void Options_of_a_type_are_its_own_where_it_states_them_and_the_apps_elsewhere()
    {
        var config = ActorAppConfig.Parse("""
            {"entities":["A","B"],"actorIdleTimeout":"0h10m0s0ms","actorScanInterval":"0h0m35s0ms","drainOngoingCallTimeout":"0h0m20s0ms","drainRebalancedActors":false,
             "reentrancy":{"enabled":true,"maxStackDepth":16},"entitiesConfig":[{"entities":["B","Unknown"],"actorIdleTimeout":"1m","reentrancy":{"enabled":false}}]}
            """u8.ToArray());

        config.ScanInterval.ShouldBe(TimeSpan.FromSeconds(35));
        config.Types.Keys.ShouldBe(["A", "B"]);
        config.Types["A"].ShouldBe(new ActorTypeOptions(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(20), DrainRebalanced: false, Reentrant: true, MaxStackDepth: 16));
        config.Types["B"].ShouldBe(new ActorTypeOptions(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), DrainRebalanced: false, Reentrant: false, MaxStackDepth: 16));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"entities":[1]}""")]
    [InlineData("""{"entities":["A"],"actorIdleTimeout":"long"}""")]
    public void Settings_that_are_none_are_said_to_be(string json) =>
        Should.Throw<FormatException>(() => ActorAppConfig.Parse(System.Text.Encoding.UTF8.GetBytes(json)));

    private static IEnumerable<ActorKey> Keys() => Enumerable.Range(0, 1000).Select(i => new ActorKey("Counter", $"{i}"));

    private Dictionary<ActorKey, string> Where() => Keys().ToDictionary(key => key, key => _placement.Find(key)!.App.Id);

    private List<SidecarApp> Up(params string[] names) => [.. names.Select(name =>
    {
        var app = new SidecarApp(new SidecarAppOptions { AppId = name }, channel: null);
        _placement.Set(app, Config, out _).ShouldBeTrue();
        return app;
    })];
}
