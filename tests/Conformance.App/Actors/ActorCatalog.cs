using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Serverless.Conformance.App.Actors;

/// <summary>Every actor type of the app, with its options.</summary>
internal static class ActorCatalog
{
    /// <param name="options">What is filled in.</param>
    /// <param name="defaults">One plain type and no option, to see what the defaults say.</param>
    public static void Register(ActorRuntimeOptions options, bool defaults)
    {
        options.UseJsonSerialization = true;
        options.Actors.RegisterActor<CounterActor>();
        if (defaults)
        {
            return;
        }

        options.JsonSerializerOptions = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Animal.Describe } },
        };
        options.ActorIdleTimeout = TimeSpan.FromMinutes(10);
        options.ActorScanInterval = TimeSpan.FromSeconds(35);
        options.DrainOngoingCallTimeout = TimeSpan.FromSeconds(20);
        options.DrainRebalancedActors = true;
        options.Actors.RegisterActor<LifecycleActor>();
        options.Actors.RegisterActor<VaultActor>();
        options.Actors.RegisterActor<RemindedActor>();
        options.Actors.RegisterActor<TimedActor>();
        options.Actors.RegisterActor<TurnActor>();
        options.Actors.RegisterActor<FaultyActor>();
        options.Actors.RegisterActor<ShelterActor>();
        options.Actors.RegisterActor<ReentrantActor>(new ActorRuntimeOptions
        {
            ReentrancyConfig = new ActorReentrancyConfig { Enabled = true, MaxStackDepth = 16 },
            UseJsonSerialization = true,
        });
    }
}
