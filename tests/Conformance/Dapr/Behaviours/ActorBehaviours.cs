using System.Text.Json;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Behaviours;

/// <summary>Lives, turns, failures and values of actors.</summary>
public sealed class ActorBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_32_An_actor_is_activated_by_its_first_call_and_again_after_its_deactivation(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        (await world.CallAsync<string>("LifecycleActor", id, "PingAsync")).ShouldBe($"Hello, {id}");
        await world.CallAsync<string>("LifecycleActor", id, "PingAsync");
        (await world.App.JournalAsync($"life:{id}", 1)).ShouldBe(["activated"]);

        (await world.App.Client.DeleteAsync(new Uri($"/actors/LifecycleActor/{id}", UriKind.Relative))).EnsureSuccessStatusCode();
        await world.CallAsync<string>("LifecycleActor", id, "PingAsync");
        (await world.App.JournalAsync($"life:{id}", 3)).ShouldBe(["activated", "deactivated", "activated"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_32_An_activation_that_fails_leaves_nothing_behind(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("refuses");
        await Should.ThrowAsync<AppErrorException>(() => world.CallAsync<string>("LifecycleActor", id, "PingAsync"));
        (await world.CallAsync<string>("LifecycleActor", id, "PingAsync")).ShouldBe($"Hello, {id}");
        var life = await world.App.JournalAsync($"life:{id}", 2);
        life.ShouldAllBe(entry => entry == "activated");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_33_What_a_turn_changed_is_there_after_it_and_after_a_deactivation(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        (await world.CallAsync<int>("CounterActor", id, "AddAsync", 2)).ShouldBe(2);
        (await world.CallAsync<int>("CounterActor", id, "ReplaceAsync", 7)).ShouldBe(7);
        await DeactivateAsync(world, "CounterActor", id);
        (await world.CallAsync<int>("CounterActor", id, "GetAsync")).ShouldBe(7);
        (await world.CallAsync<int>("CounterActor", id, "AddAsync", 1)).ShouldBe(8);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_33_A_turn_that_fails_changes_nothing(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var (fresh, used) = (SdkWorld.NewId("a"), SdkWorld.NewId("a"));
        await Should.ThrowAsync<AppErrorException>(() => world.CallAsync<int>("CounterActor", fresh, "AddThenFailAsync", 3));
        (await world.CallAsync<int>("CounterActor", fresh, "GetAsync")).ShouldBe(-1, "the value was never there");

        await world.CallAsync<int>("CounterActor", used, "AddAsync", 5);
        await Should.ThrowAsync<AppErrorException>(() => world.CallAsync<int>("CounterActor", used, "AddThenFailAsync", 3));
        (await world.CallAsync<int>("CounterActor", used, "GetAsync")).ShouldBe(5);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_34_A_value_disappears_after_its_time_and_one_without_a_time_stays(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        await PutAsync("short", "s", 1);
        await PutAsync("extended", "e", 1);
        await PutAsync("extended", "e", 60);
        await PutAsync("kept", "k", 1);
        await PutAsync("kept", "k", null);
        (await world.CallAsync<string>("VaultActor", id, "GetAsync", "short")).ShouldBe("s");

        await Eventually.IsAsync(() => IsGoneAsync("short"), gone => gone, "the value of one second is gone");
        (await IsGoneAsync("extended")).ShouldBeFalse();
        (await IsGoneAsync("kept")).ShouldBeFalse();

        Task<string> PutAsync(string key, string value, int? ttlSeconds) => world.CallAsync<string>("VaultActor", id, "PutAsync", new { key, value, ttlSeconds });

        async Task<bool> IsGoneAsync(string key)
        {
            try
            {
                await world.CallAsync<string>("VaultActor", id, "GetAsync", key);
                return false;
            }
            catch (AppErrorException)
            {
                return true;
            }
        }
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_37_A_re_entrant_actor_calls_itself_within_its_turn(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        (await world.App.PostAsync<int>($"typed/{id}/recurse?depth=4")).ShouldBe(4);
        (await world.App.JournalAsync($"turns:{id}", 10)).ShouldBe(
            ["enter 4", "enter 3", "enter 2", "enter 1", "enter 0", "exit 0", "exit 1", "exit 2", "exit 3", "exit 4"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_37_Without_re_entrancy_a_second_call_waits_for_the_turn(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var (id, first, second) = (SdkWorld.NewId("a"), SdkWorld.NewId("gate"), SdkWorld.NewId("gate"));
        var held = world.CallAsync<string>("TurnActor", id, "HoldAsync", first);
        await world.App.JournalAsync($"turns:{id}", 1);
        var waiting = world.CallAsync<string>("TurnActor", id, "HoldAsync", second);
        await world.App.OpenAsync(second);
        await world.CallAsync<string>("LifecycleActor", SdkWorld.NewId("a"), "PingAsync");
        (await world.App.JournalAsync($"turns:{id}", 1)).ShouldBe([$"enter {first}"]);

        await world.App.OpenAsync(first);
        await Task.WhenAll(held, waiting);
        (await world.App.JournalAsync($"turns:{id}", 4)).ShouldBe([$"enter {first}", $"exit {first}", $"enter {second}", $"exit {second}"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_38_A_typed_proxy_tells_what_the_actor_threw(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var failure = await Should.ThrowAsync<AppErrorException>(() => world.App.PostAsync<string>($"typed/{SdkWorld.NewId("a")}/fail"));
        failure.Error.Type.ShouldBe("Dapr.Actors.ActorMethodInvocationException");
        failure.Error.Inner!.Type.ShouldBe("Dapr.Actors.ActorInvokeException");
        failure.Error.Inner.RemoteType.ShouldBe("System.InvalidOperationException");
        failure.Error.Inner.Message.ShouldBe("out of order");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_38_A_weak_proxy_throws_an_error_of_the_api(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var failure = await Should.ThrowAsync<AppErrorException>(() => world.CallAsync<string>("FaultyActor", SdkWorld.NewId("a"), "FailAsync"));
        failure.Error.Type.ShouldBe("Dapr.DaprApiException");
        failure.Error.ErrorCode.ShouldBe("ERR_ACTOR_INVOKE_METHOD");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_39_A_null_is_the_default_for_a_weak_proxy(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        (await world.App.PostAsync<JsonElement>($"typed/{SdkWorld.NewId("a")}/nobody")).GetProperty("value").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_39_Derived_types_travel_as_the_serializer_s_options_say(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        (await world.App.PostAsync<string>($"typed/{id}/walk?animal=dog")).ShouldBe("Dog");
        (await world.App.PostAsync<string>($"typed/{id}/walk?animal=cat")).ShouldBe("Cat");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_40_Records_with_members_that_they_do_not_know_come_back_whole(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var adopted = await world.App.PostAsync<JsonElement>($"typed/{SdkWorld.NewId("a")}/adopt", new { name = "Rex", age = 3, colour = "brown" });
        adopted.GetProperty("age").GetInt32().ShouldBe(4);
        adopted.GetProperty("colour").GetString().ShouldBe("brown");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_40_An_actor_answers_on_each_of_its_interfaces(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        (await world.App.PostAsync<string>($"typed/{id}/rename?name=Rex")).ShouldBe($"Rex of {id}");
        (await world.CallAsync<string>("ShelterActor", id, "RenameAsync", "Tom")).ShouldBe($"Tom of {id}");
        (await world.App.PostAsync<int>($"typed/{id}/count?by=3")).ShouldBe(3);
    }

    private static async Task DeactivateAsync(SdkWorld world, string type, string id) =>
        (await world.App.Client.DeleteAsync(new Uri($"/actors/{type}/{id}", UriKind.Relative))).EnsureSuccessStatusCode();
}
