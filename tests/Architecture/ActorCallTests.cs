using System.Text.RegularExpressions;

namespace Serverless.Architecture.Tests;

/// <summary>
/// Who may call which actor in a turn, as docs/architecture.md says it, read off the places where proxies are made. Turns that call in a circle
/// wait for each other.
/// </summary>
public sealed partial class ActorCallTests
{
    /// <summary>The actor whose turns run the code of a folder; null for code that runs in no turn.</summary>
    private static readonly Dictionary<string, string?> Callers = new()
    {
        ["components/Jobs/Actors"] = "Job",
        ["components/Jobs/Catalog"] = "Catalog",
        ["components/Jobs/Commands"] = null,
        ["components/Jobs/Messages"] = "Message",
        ["components/Jobs/Tenants"] = "Tenant",
        ["components/Placement/Cluster"] = "Cluster",
        ["components/Placement/Groups"] = "PlacementGroup",
        ["components/Placement/Nodes"] = "GpuNode",
        ["components/Placement/Pools"] = "EnginePool",

        // The loops of a worker. Its actor hands on what it is told and makes no proxies.
        ["components/Workers/Sidecar"] = null,
    };

    private static readonly Dictionary<string, string> Actors = new()
    {
        ["ICatalogActor"] = "Catalog",
        ["IClusterActor"] = "Cluster",
        ["IEnginePoolActor"] = "EnginePool",
        ["IGpuNodeActor"] = "GpuNode",
        ["IGpuWorkerActor"] = "GpuWorker",
        ["IJobActor"] = "Job",
        ["IJobNotices"] = "Job",
        ["IMessageActor"] = "Message",
        ["IPlacementGroupActor"] = "PlacementGroup",
        ["ITenantActor"] = "Tenant",
    };

    /// <summary>In the order of the arrows: whoever stands further down may be called.</summary>
    private static readonly string[] Order = ["Message", "Tenant", "Job", "Catalog", "EnginePool", "PlacementGroup", "GpuNode", "Cluster", "GpuWorker"];

    /// <summary>A day of the catalog enters itself in its tenant's list of days, whose turns call nobody.</summary>
    private static readonly (string File, string Actor) CallsItsKind = ("components/Jobs/Catalog/CatalogActor.cs", "ICatalogActor");

    /// <summary>Messages that are sent outside of turns: nobody waits for them.</summary>
    private static readonly string[] OutsideOfTurns = ["components/Placement/Pools/NoticeOutbox.cs"];

    [Fact]
    public void Actors_call_only_those_further_down()
    {
        var calls = Calls().ToArray();
        calls.ShouldNotBeEmpty();
        foreach (var (file, actor) in calls.Where(call => !OutsideOfTurns.Contains(call.File)))
        {
            var folder = Path.GetDirectoryName(file)!;
            Callers.Keys.ShouldContain(folder, $"{file} makes proxies of actors: say in this test in whose turns it runs");
            Actors.Keys.ShouldContain(actor, $"{file} calls {actor}: say in this test whose interface it is");
            if (Callers[folder] is { } caller)
            {
                var further = Array.IndexOf(Order, Actors[actor]) - Array.IndexOf(Order, caller);
                further.ShouldBeGreaterThanOrEqualTo(CallsItsKind == (file, actor) ? 0 : 1, $"{file}: turns of {caller} may not call {Actors[actor]}");
            }
        }
    }

    [Fact]
    public void What_runs_outside_of_turns_is_awaited_by_none()
    {
        foreach (var file in OutsideOfTurns)
        {
            var text = Repository.Read(file);
            text.ShouldContain("Task.Run");
            Regex.IsMatch(text, @"public (async )?(Task|ValueTask)").ShouldBeFalse($"{file} gives its caller something to wait for");
        }
    }

    private static IEnumerable<(string File, string Actor)> Calls() =>
        from file in Repository.Files(".cs")
        where file.StartsWith("components/", StringComparison.Ordinal)
        from Match call in Proxy().Matches(Repository.Read(file))
        select (file, call.Groups[1].Value);

    [GeneratedRegex(@"Proxy<(I\w+)>")]
    private static partial Regex Proxy();
}
