using System.Net;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Scripted;

/// <summary>The routes that a sidecar calls at an app with actors.</summary>
public sealed class ActorHostBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_31_With_default_options_the_config_names_types_and_re_entrancy_only(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        (await world.App.Client.GetStringAsync(new Uri("/dapr/config", UriKind.Relative))).ShouldBe("""{"entities":["CounterActor"],"reentrancy":{"enabled":false}}""");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_31_Options_that_were_set_stand_in_the_config(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        (await world.App.Client.GetStringAsync(new Uri("/dapr/config", UriKind.Relative))).ShouldBe(
            """{"entities":["CounterActor","LifecycleActor","VaultActor","RemindedActor","TimedActor","TurnActor","FaultyActor","ShelterActor","ReentrantActor"],"""
            + "\"actorIdleTimeout\":\"0h10m0s0ms\",\"actorScanInterval\":\"0h0m35s0ms\",\"drainOngoingCallTimeout\":\"0h0m20s0ms\",\"drainRebalancedActors\":true,"
            + """ "reentrancy":{"enabled":false},"entitiesConfig":[{"entities":["ReentrantActor"],"reentrancy":{"enabled":true,"maxStackDepth":16}}]}""".Trim());
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_32_Deactivating_an_actor_that_is_not_active_is_fine(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        using var response = await world.App.Client.DeleteAsync(new Uri("/actors/CounterActor/nobody", UriKind.Relative));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task An_app_with_actors_says_that_it_is_healthy(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        (await world.App.Client.GetStringAsync(new Uri("/healthz", UriKind.Relative))).ShouldBe("Healthy");
    }
}
