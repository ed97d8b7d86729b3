using Dapr.Actors;
using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.ActorsSdk.Tests.Actors;
using Serverless.ActorsSdk.Tests.Wire;

namespace Serverless.ActorsSdk.Tests.Runtime;

public sealed class ActorOptionsTests
{
    [Fact]
    public async Task Options_that_are_not_set_are_not_sent()
    {
        (await ConfigOf(options => options.Actors.RegisterActor<CounterActor>()))
            .ShouldBe("""{"entities":["CounterActor"],"reentrancy":{"enabled":false}}""");
    }

    [Fact]
    public async Task Options_that_are_set_are_sent()
    {
        (await ConfigOf(options =>
        {
            options.Actors.RegisterActor<CounterActor>();
            options.ActorIdleTimeout = TimeSpan.FromMinutes(10);
            options.ActorScanInterval = TimeSpan.FromSeconds(35);
            options.DrainOngoingCallTimeout = TimeSpan.FromSeconds(20.5);
            options.DrainRebalancedActors = true;
            options.RemindersStoragePartitions = 7;
            options.ReentrancyConfig = new ActorReentrancyConfig { Enabled = true, MaxStackDepth = 16 };
        })).ShouldBe(
            """{"entities":["CounterActor"],"actorIdleTimeout":"0h10m0s0ms","actorScanInterval":"0h0m35s0ms","drainOngoingCallTimeout":"0h0m20s500ms","""
            + """
            "drainRebalancedActors":true,"remindersStoragePartitions":7,"reentrancy":{"enabled":true,"maxStackDepth":16}}
            """);
    }

    [Fact]
    public async Task A_type_with_options_of_its_own_has_an_entry_of_its_own()
    {
        (await ConfigOf(options =>
        {
            options.Actors.RegisterActor<CounterActor>();
            options.Actors.RegisterActor<CounterActor>("Own", new ActorRuntimeOptions { ActorIdleTimeout = TimeSpan.FromHours(30), RemindersStoragePartitions = 3 });
        })).ShouldBe(
            """
            {"entities":["CounterActor","Own"],"reentrancy":{"enabled":false},"entitiesConfig":[{"entities":["Own"],"actorIdleTimeout":"30h0m0s0ms","remindersStoragePartitions":3,"reentrancy":{"enabled":false}}]}
            """);
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        var options = new ActorRuntimeOptions();
        Should.Throw<ArgumentOutOfRangeException>(() => options.ActorIdleTimeout = TimeSpan.Zero);
        Should.Throw<ArgumentOutOfRangeException>(() => options.ActorScanInterval = TimeSpan.FromSeconds(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => options.DrainOngoingCallTimeout = TimeSpan.Zero);
        Should.Throw<ArgumentOutOfRangeException>(() => options.RemindersStoragePartitions = -1);
        Should.Throw<ArgumentNullException>(() => options.JsonSerializerOptions = null!);
    }

    [Fact]
    public async Task An_app_whose_actors_do_not_speak_json_does_not_start()
    {
        var error = await Should.ThrowAsync<OptionsValidationException>(() => ActorApp.StartAsync(options =>
        {
            options.Actors.RegisterActor<CounterActor>();
            options.UseJsonSerialization = false;
        }));
        error.Message.ShouldContain("options.UseJsonSerialization = true");
    }

    [Fact]
    public async Task Two_actors_of_one_name_do_not_start()
    {
        var error = await Should.ThrowAsync<OptionsValidationException>(() => ActorApp.StartAsync(options =>
        {
            options.Actors.RegisterActor<CounterActor>();
            options.Actors.RegisterActor<CounterActor>();
        }));
        error.Message.ShouldContain("CounterActor");
    }

    [Fact]
    public void Mapping_the_handlers_needs_the_actors()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Should.Throw<InvalidOperationException>(() => builder.Build().MapActorsHandlers()).Message.ShouldContain("AddActors()");
    }

    [Fact]
    public async Task Health_is_answered()
    {
        await using var app = await ActorApp.StartAsync(options => options.Actors.RegisterActor<CounterActor>());
        (await app.Http.GetStringAsync(new Uri("healthz", UriKind.Relative))).ShouldBe("Healthy");
    }

    private static async Task<string> ConfigOf(Action<ActorRuntimeOptions> configure)
    {
        await using var app = await ActorApp.StartAsync(configure);
        using var reply = await app.Http.GetAsync(new Uri("dapr/config", UriKind.Relative));
        reply.Content.Headers.ContentType!.ToString().ShouldBe("application/json");
        return await reply.Content.ReadAsStringAsync();
    }
}
