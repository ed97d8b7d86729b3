using Dapr.Actors.Runtime;

namespace Serverless.DaprTour.Actors;

/// <summary>State, a durable reminder, a timer, and re-entrant calls.</summary>
[Actor(TypeName = Type)]
public sealed class VisitorActor(ActorHost host) : Actor(host), IVisitorActor, IRemindable
{
    /// <summary>The actor's type.</summary>
    public const string Type = "Visitor";

    private const string Key = "visit";

    /// <inheritdoc />
    public async Task<Visit> EnterAsync()
    {
        var visit = await ChangeAsync(visit => visit with { Visits = visit.Visits + 1 });
        await StateManager.SetStateAsync("ticket", Guid.NewGuid(), TimeSpan.FromSeconds(30));
        await RegisterReminderAsync("stamp", [1, 2, 3], TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), repetitions: 3);
        await RegisterTimerAsync("tick", nameof(OnTickAsync), [], TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(2));
        return visit;
    }

    /// <inheritdoc />
    public async Task<Visit> LookAsync() => await StateManager.GetOrAddStateAsync(Key, new Visit(0, 0, 0));

    /// <inheritdoc />
    public async Task<int> ClimbAsync(int levels) =>
        levels == 0 ? 0 : 1 + await ProxyFactory.CreateActorProxy<IVisitorActor>(Id, Type).ClimbAsync(levels - 1);

    /// <inheritdoc />
    public async Task StumbleAsync()
    {
        await ChangeAsync(visit => visit with { Visits = -1 });
        throw new InvalidOperationException("Mind the step.");
    }

    /// <inheritdoc />
    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period) =>
        ChangeAsync(visit => visit with { Reminders = visit.Reminders + 1 });

    /// <summary>The timer's callback.</summary>
    public Task OnTickAsync(byte[] parameter) => ChangeAsync(visit => visit with { Ticks = visit.Ticks + 1 });

    private async Task<Visit> ChangeAsync(Func<Visit, Visit> change)
    {
        var visit = change(await LookAsync());
        await StateManager.SetStateAsync(Key, visit);
        return visit;
    }
}
