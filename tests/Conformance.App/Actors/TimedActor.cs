using System.Text;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Serverless.Conformance.App.Actors;

/// <summary>Timers; each firing is an entry of the journal.</summary>
public interface ITimed : IActor
{
    Task<string> StartAsync(Schedule schedule);

    Task<string> StopAsync(string name);
}

internal sealed class TimedActor(ActorHost host) : Actor(host), ITimed
{
    public async Task<string> StartAsync(Schedule schedule)
    {
        var timer = schedule.Ttl is { } ttl
            ? await RegisterTimerAsync(schedule.Name, nameof(TickAsync), schedule.Bytes, schedule.Due, schedule.Period, ttl)
            : await RegisterTimerAsync(schedule.Name, nameof(TickAsync), schedule.Bytes, schedule.Due, schedule.Period);
        return timer.Name;
    }

    public async Task<string> StopAsync(string name)
    {
        await UnregisterTimerAsync(name);
        return name;
    }

    public Task TickAsync(byte[] data)
    {
        Journal.Note($"timers:{Id}", Encoding.UTF8.GetString(data));
        return Task.CompletedTask;
    }
}
