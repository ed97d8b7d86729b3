using System.Text.Json;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Behaviours;

/// <summary>Reminders and timers of actors. A later reminder of the same actor is the fence after which nothing more may have come.</summary>
public sealed class ReminderAndTimerBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_35_A_reminder_fires_with_its_data_until_it_is_taken_back(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        await RemindAsync(world, id, new { name = "tick", data = "remembered", dueMilliseconds = 100, periodMilliseconds = 200 });
        (await world.App.JournalAsync($"reminders:{id}:tick", 2))[..2].ShouldBe(["remembered", "remembered"]);
        (await world.CallAsync<JsonElement>("RemindedActor", id, "LookAsync", "tick")).GetProperty("periodSeconds").GetDouble().ShouldBe(0.2);

        await world.CallAsync<string>("RemindedActor", id, "StopAsync", "tick");
        var count = (await world.App.JournalAsync($"reminders:{id}:tick", 2)).Length;
        await FenceAsync(world, id, 500);
        (await world.App.JournalAsync($"reminders:{id}:tick", 2)).Length.ShouldBe(count);
        (await world.CallAsync<JsonElement?>("RemindedActor", id, "LookAsync", "tick")).ShouldBeNull();
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_35_A_reminder_with_repetitions_fires_so_often(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        await RemindAsync(world, id, new { name = "twice", data = "x", dueMilliseconds = 0, periodMilliseconds = 1000, repetitions = 2 });
        await world.App.JournalAsync($"reminders:{id}:twice", 2);
        await FenceAsync(world, id, 1300);
        (await world.App.JournalAsync($"reminders:{id}:twice", 2)).Length.ShouldBe(2);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_35_A_reminder_ends_with_its_time_to_live(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        await RemindAsync(world, id, new { name = "mortal", data = "x", dueMilliseconds = 0, periodMilliseconds = 700, ttlMilliseconds = 1000 });
        await FenceAsync(world, id, 2000);
        (await world.App.JournalAsync($"reminders:{id}:mortal", 1)).Length.ShouldBeInRange(1, 2, "it would have fired a third time after 1.4 s");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_35_A_reminder_survives_the_deactivation_of_its_actor(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        await RemindAsync(world, id, new { name = "later", data = "still", dueMilliseconds = 400 });
        (await world.App.Client.DeleteAsync(new Uri($"/actors/RemindedActor/{id}", UriKind.Relative))).EnsureSuccessStatusCode();
        (await world.App.JournalAsync($"reminders:{id}:later", 1)).ShouldBe(["still"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_36_A_timer_calls_its_method_until_it_is_taken_back(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        await StartAsync(world, id, new { name = "tick", data = "bytes", dueMilliseconds = 50, periodMilliseconds = 100 });
        (await world.App.JournalAsync($"timers:{id}", 2))[..2].ShouldBe(["bytes", "bytes"]);
        await world.CallAsync<string>("TimedActor", id, "StopAsync", "tick");
        var count = (await world.App.JournalAsync($"timers:{id}", 2)).Length;
        await FenceAsync(world, id, 400);
        (await world.App.JournalAsync($"timers:{id}", 2)).Length.ShouldBe(count);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_36_A_timer_ends_with_its_time_to_live(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId("a");
        await StartAsync(world, id, new { name = "mortal", data = "x", dueMilliseconds = 0, periodMilliseconds = 700, ttlMilliseconds = 1000 });
        await FenceAsync(world, id, 2000);
        (await world.App.JournalAsync($"timers:{id}", 1)).Length.ShouldBeInRange(1, 2, "it would have fired a third time after 1.4 s");
    }

    private static Task<string> RemindAsync(SdkWorld world, string id, object schedule) => world.CallAsync<string>("RemindedActor", id, "RemindAsync", schedule);

    private static Task<string> StartAsync(SdkWorld world, string id, object schedule) => world.CallAsync<string>("TimedActor", id, "StartAsync", schedule);

    private static async Task FenceAsync(SdkWorld world, string id, int milliseconds)
    {
        await RemindAsync(world, id, new { name = "fence", data = "f", dueMilliseconds = milliseconds });
        await world.App.JournalAsync($"reminders:{id}:fence", 1);
    }
}
